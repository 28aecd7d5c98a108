"""The second place gets every checkpoint in order; nothing waits for it."""

from pathlib import Path
from typing import Any

import pytest

from audit.models import Sealing
from audit.sealing.witness import Witness, to_folder
from audit.selectors.sealing import newest_checkpoint
from lgsp.sealer.__main__ import witness
from tests.audit.log_rows import written
from tests.audit.sealing.listening import listener
from tests.audit.sealing.world import sealing, sound, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("QC11.5")]


def test_the_second_place_gets_every_checkpoint_in_order_and_sealing_never_waits_for_it(tmp_path: Path) -> None:
    class Broken:
        there = False

    def send(notes: Any) -> None:
        if not Broken.there:
            raise OSError("out of reach")
        to_folder(tmp_path / "held")(notes)

    second = Witness(send)
    with sealing(tmp_path / "own", witness=second) as sealer:
        for _ in range(3):
            written(1, 1)
            assert sealer.tick()
        until(lambda: bool(sealer.tick() and Sealing.objects.get().witness_fault))
        assert Sealing.objects.get().witness_fault == "out of reach"
        Broken.there = True
        second.checkpoints._not_before = 0.0
        until(lambda: bool(sealer.tick() and Sealing.objects.get().witness_number == 3))
        standing = Sealing.objects.get()
    assert (standing.witness_fault, standing.outside_number) == ("", 3)
    assert [path.read_text() for path in sorted((tmp_path / "held").glob("*.txt"))] == [
        path.read_text() for path in sorted((tmp_path / "own").glob("*.txt"))
    ]
    sound(tmp_path / "held")


def test_a_witness_over_http_counts_only_what_it_took(tmp_path: Path) -> None:
    written(1, 1)
    for status, number in ((503, 0), (200, 1)):
        with listener(status) as (place, taken), sealing(tmp_path, witness=witness(place)) as sealer:
            until(lambda: bool(sealer.tick() and taken))
            until(lambda: bool(sealer.tick() and not sealer.witness.checkpoints.busy))
            assert sealer.tick()
            assert taken[0].decode() == newest_checkpoint()
            assert Sealing.objects.get().witness_number == number
    assert witness("")._send is None
