"""The book of revocations: at the second place, too, and a write that fails is told."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from audit.models import Fact, Sealing
from audit.sealing.revocations import NAME, read
from audit.sealing.witness import Witness, book_to_folder, to_folder
from core import clock
from lgsp.sealer.__main__ import witness
from tests.audit.sealing.listening import listener
from tests.audit.sealing.world import KNOWN, sealing, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("QC12.5")]
DEEDS = ("key.revoked",)


def revoke(*names: str) -> None:
    for name in names:
        with transaction.atomic():
            Fact.objects.create(at=clock.now(), deed="key.revoked", actor_kind="system", actor_name="A",
                                subject_type="x", subject_id="1", subject_name=name)  # fmt: skip


def names(place: Path) -> list[str]:
    return [one.subject_name for one in read(place, KNOWN)]


def test_the_second_place_gets_the_book_and_is_told_apart_from_another_one(tmp_path: Path) -> None:
    own, held = tmp_path / "own", tmp_path / "held"

    def second() -> Witness:
        return Witness(to_folder(held), book_to_folder(held, NAME))

    def told(what: Any) -> None:
        with sealing(own, revoking=DEEDS, witness=second()) as sealer:
            until(lambda: bool(sealer.tick() and not sealer.witness.book.busy and what()))

    revoke("ak_1", "ak_2")
    told(lambda: (held / NAME).exists() and len(names(held)) == 2)
    revoke("ak_3")
    told(lambda: len(names(held)) == 3)
    whole = (own / NAME).read_bytes()
    assert (held / NAME).read_bytes() == whole
    # What a crash cut off there is written anew; a book cut off here is found out, and nothing there is touched.
    (held / NAME).write_bytes(whole[:-40])
    told(lambda: (held / NAME).read_bytes() == whole)
    (held / NAME).write_bytes(whole.replace(b"ak_2", b"ak_9"))
    told(lambda: Sealing.objects.get().witness_fault == f"{NAME} ở bên giữ khác bản ở đây")
    assert b"ak_9" in (held / NAME).read_bytes()


def test_an_address_gets_the_book_again_and_a_note_that_came_twice_counts_once(tmp_path: Path) -> None:
    revoke("ak_1")
    with listener(200) as (place, taken):
        for number in (1, 2):
            with sealing(tmp_path / "own", revoking=DEEDS, witness=witness(place)) as sealer:
                until(lambda: bool(sealer.tick() and not sealer.witness.book.busy and sealer.witness._book_taken))
                revoke(*(["ak_2"] if number == 1 else []))
                until(lambda: bool(sealer.tick() and sealer.witness._book_taken == 2))
    sent = [body for body in taken if body.startswith(b"lgsp-revocation 1\n")]
    assert len(sent) == 3
    (tmp_path / NAME).write_bytes(b"".join(sent))
    assert names(tmp_path) == ["ak_1", "ak_2"]


def test_a_book_that_cannot_be_written_is_told_on_the_page_and_written_when_it_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, agency: Any, person: Any, signed_in: Any
) -> None:
    def full(*_arguments: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    body = agency("H60.02", name="Sở Khoa học và Công nghệ", is_operator=True)
    client = signed_in(person("giam-sat@lgsp.example", body, "security_officer"))
    with sealing(tmp_path, revoking=DEEDS) as sealer:
        sealer.tick()
        revoke("ak_1")
        with monkeypatch.context() as patched:
            patched.setattr(os, "pwrite", full)
            with pytest.raises(OSError, match="No space"):
                sealer.tick()
            shown = client.get(reverse("admin:audit_verification_changelist")).content.decode()
            assert f"lỗi: {NAME}: ổ đĩa hết chỗ" in shown
            assert "No space" not in shown
    with sealing(tmp_path, revoking=DEEDS) as sealer:
        sealer.tick()
    assert (names(tmp_path), Sealing.objects.get().outside_fault) == (["ak_1"], "")
