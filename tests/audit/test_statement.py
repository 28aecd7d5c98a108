"""The promises of the admission statement, kept by eight processes at once (decisions 2, 3, 7; broker design, §6).

The same functions with more rounds: ``python -m bench.admission``.
"""

from collections import Counter
from collections.abc import Iterator

import pytest

from audit.verification.run import verify
from bench import admission
from bench.log_workers import KEYS, Workers, workers
from core.crypto import Keyring
from tests.audit.log_rows import address

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("log-processes")]


@pytest.fixture
def team(transactional_db: None) -> Iterator[Workers]:
    with workers(address(), admission.PROCESSES) as found:
        yield found


def assert_verified() -> None:
    report = verify(Keyring.parse(KEYS))
    assert report.clean, [str(fault) for fault in report.faults]


@pytest.mark.parametrize("rounds", [3, pytest.param(10, marks=pytest.mark.heavy)], ids=["in small", "many"])
def test_eight_processes_keep_quota_replay_order_and_revocation(team: Workers, rounds: int) -> None:
    assert Counter(admission.quota(address(), team, rounds)) == {(100, 100): rounds}
    assert Counter(admission.totals(address(), team, rounds // 2 + 1)) == {(100, 100): rounds // 2 + 1}
    assert Counter(admission.replay(address(), team, rounds * 5)) == {(1, 63): rounds * 5}
    hostile = admission.hostile(address(), team, 5)
    assert hostile["deadlocks"] == 0
    assert hostile["seen"].keys() <= {"A", "R"}
    assert hostile["used"] == hostile["seen"]["A"] > 0
    revoked = admission.revocation(address(), team, 3)
    assert revoked["changes"] >= 5
    assert revoked["seen"]["A"] > 20
    assert revoked["seen"]["S"] > 0
    assert revoked["late"] == 0
    assert_verified()


@pytest.mark.clause("QC4.7")
def test_ended_backends_and_killed_processes_leave_no_answered_call_without_its_rows(transactional_db: None) -> None:
    found = admission.killing(address(), 4)
    assert found["ended"]["backends"] >= 10
    assert found["ended"]["processes"] >= 1
    assert found["answered"] > 20
    assert found["without_row"] == 0
    assert found["used"] == found["rows"]
    assert_verified()
