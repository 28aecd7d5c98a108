"""The questions of the fault suite find what they are there to find."""

import uuid
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

import psycopg
import pytest

from audit.gates import open_gate
from broker.signing import Credentials
from tests.broker.conftest import database
from tests.faults import report
from tests.faults.checks import Findings, Hits, check_answers, check_ledger, check_rows, open_calls
from tests.faults.kinds import KILLS, KINDS, chosen, order
from tests.faults.load import Asked, Told
from tests.faults.provider import Provider
from tests.faults.rounds import Round, back
from tests.faults.world import Caller

__all__ = ["database"]
pytestmark = pytest.mark.django_db(transaction=True)
ASKED = Asked("127.0.0.1:1", 0, b"")


def told(status: int, code: str = "", call: str = "", sent: float = 0.0) -> Told:
    return Told(ASKED, sent, sent + 0.1, status, code, call)


@pytest.fixture
def link(database: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(database, autocommit=True) as found:
        yield found


def test_an_answer_without_an_outcome_and_a_hit_without_an_intent_are_found(link: psycopg.Connection[Any]) -> None:
    answered, hit, twice = (str(uuid.uuid4()) for _ in range(3))
    found, provider = Findings(), Provider()
    provider.hits.update({hit: 1, twice: 2})
    provider.nameless = 1
    hits = Hits(provider)
    check_rows(found, link, [told(200, call=answered), told(503)], hits)
    said = {fault.partition(":")[0]: fault for fault in found.faults}
    assert set(said) == {
        "answered 2xx, no outcome",
        "hit the provider, no intent",
        "hit the provider without a name",
        "hit the provider twice",
        "answered 2xx, never at the provider",
    }
    assert answered in said["answered 2xx, no outcome"]
    assert hit in said["hit the provider, no intent"]
    assert twice in said["hit the provider twice"]
    assert hits.fresh() == []


@pytest.mark.parametrize(("status", "code"), [(500, ""), (401, "nonce-reused"), (403, "grant-revoked"), (404, "")])
def test_an_answer_nobody_should_get_is_found(status: int, code: str) -> None:
    found = Findings()
    check_answers(found, [told(200), told(429, "quota-exceeded"), told(0), told(502), told(503), told(504)])
    assert found.faults == []
    check_answers(found, [told(status, code)])
    assert found.faults == [f"answered otherwise: 1 ({status} {code} )"]


def test_a_quota_that_is_not_exact_is_found(link: psycopg.Connection[Any]) -> None:
    gate = open_gate(limit=5)
    caller = Caller(Credentials("a", "s", "g", "p"), gate)
    found = Findings()
    check_ledger(found, link, [caller])
    assert found.faults == []
    link.execute("update audit_gate set used = 1 where gate_id = %s", (gate,))
    check_ledger(found, link, [caller])
    assert found.faults == ["quota: 1 counted, 0 admitted, 5 allowed"]
    assert open_calls(link) == 0


def test_the_way_back_ends_with_the_last_call_that_failed() -> None:
    calls = [told(200, sent=1.0), told(503, sent=2.5), told(200, sent=3.0), told(503, sent=4.0), told(200, sent=4.5)]
    assert back(calls, 2.0) == 2.5
    assert back(calls[:2], 2.0) == 0.5
    assert back(calls[:1], 2.0) == 0.0


def test_every_kind_has_as_many_rounds_as_the_others_in_an_order_of_the_seed() -> None:
    kinds = chosen(["kill"])
    assert kinds == list(KILLS)
    rounds = order(kinds, 16, Random(4))
    assert {kind.name: rounds.count(kind) for kind in kinds} == {kind.name: 2 for kind in KILLS}
    assert rounds == order(kinds, 16, Random(4)) != order(kinds, 16, Random(5))
    assert chosen([]) == list(KINDS)
    with pytest.raises(ValueError, match="kil-web"):
        chosen(["kil-web"])


def test_the_table_says_what_nothing_found_proves() -> None:
    rounds = [Round("kill-web", Counter({200: 9, 503: 2, 0: 1}), Counter(), 3.0, []) for _ in range(60)]
    lines = list(report.table(rounds))
    assert lines[1].split() == ["kill-web", "60", "720", "540", "0", "120", "60", "3.0", "3.0", "0"]
    assert report.proof(rounds).startswith("0 of 60 rounds found anything: at most 5.0%")
    rounds.append(Round("kill-web", Counter(), Counter(), 1.0, ["quota: 2 counted, 1 admitted, 9 allowed"]))
    assert report.proof(rounds) == "1 of 61 rounds found something."
