"""Whatever people try, in any order and at once: no state the table does not allow, two people, holds that hold."""

from collections import Counter
from typing import Any

import pytest

from connections.models import ConnectionRequest
from tests.connections.conftest import Chain
from tests.connections.walks import DEEDS, begin, run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("QC10.4", "Q50-15.4")]


@pytest.fixture
def crowd(chain: Chain, agency: Any, person: Any, actor: Any) -> Chain:
    """The chain with a model dossier, somebody of the provider and a stranger."""
    chain.actors["provider_officer"] = actor(person("cung-cap@lgsp.example", chain.provider, "provider_officer"))
    other = agency("H60.11", name="Sở Y tế")
    chain.actors["stranger"] = actor(person("la@lgsp.example", other, "agency_representative"))
    chain.submit()
    return chain


def walk(crowd: Chain, count: int, *, begin_at: int = 1) -> tuple[Counter[str], Counter[str]]:
    """Take so many walks; return what was done and how they ended. Each dossier that was sent was sent once."""
    done: Counter[str] = Counter()
    ends: Counter[str] = Counter()
    for number in range(begin_at, begin_at + count):
        found = run(begin(crowd, number + 100))
        assert found.faults == [], (number, found.faults)
        sent = ConnectionRequest.objects.filter(system=found.systems, submitted_at__isnull=False)
        assert found.taken["submit"] == sent.count(), (number, found.taken)
        done += found.taken
        ends.update(ConnectionRequest.objects.filter(system=found.systems).values_list("state", flat=True))
    return done, ends


def test_walks_of_several_people_at_once_keep_every_promise(crowd: Chain) -> None:
    done, _ends = walk(crowd, 2)
    assert done.total() > 20
    assert done["submit"] >= 2  # a walk that goes live in time begins a dossier that follows


@pytest.mark.heavy
@pytest.mark.parametrize("part", range(4))
def test_a_thousand_walks_keep_every_promise(crowd: Chain, part: int) -> None:
    """Four parts of 250, so that processes may share them."""
    done, ends = walk(crowd, 250, begin_at=1000 * (part + 1))
    assert done.keys() >= DEEDS.keys() - {"endorse"}, done
    assert ends["live"] > 25, ends
    assert ends["terminated"] > 10, ends
