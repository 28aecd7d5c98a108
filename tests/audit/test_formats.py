"""Rows of the log's first format stay verifiable, and what it did not have cannot be written into them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from audit.admission import Call
from audit.ledger import canonical
from audit.ledger.calls import Attempt, intent_values, outcome_values
from audit.verification.run import verify
from core.crypto import Keyring
from tests.audit.log_rows import DONE, KEYS, add_gate, make_call, sql, tamper

pytestmark = pytest.mark.django_db(transaction=True)
NAME, SECRET = next(iter(Keyring.parse(KEYS).keys.items()))
AT = datetime(2026, 11, 1, 3, tzinfo=UTC)
ADDED = tuple(canonical.ADDED[2])


def insert(table: str, values: dict[str, Any]) -> None:
    sql(f"insert into {table} ({', '.join(values)}) values ({', '.join(['%s'] * len(values))})", *values.values())


def event(seq: int, kind: str, before: bytes) -> bytes:
    """Write the opening of an epoch as the first format did."""
    signed = (seq, "open", kind, AT, "worker", NAME, 1, None, None, None, before)
    mac = canonical.row_mac(SECRET, "epoch", signed, 1)
    insert("audit_epoch", {**dict(zip([c.name for c in canonical.EPOCH], signed, strict=True)), "row_mac": mac})
    return mac


@pytest.fixture
def old_call(transactional_db: None) -> Call:
    """One call with its outcome, written in the first format."""
    first = event(1, "intent", b"")
    second = event(2, "outcome", first)
    call = make_call(add_gate(), received_at=AT)
    named = dict(
        zip([c.name for c in canonical.REQUEST], intent_values(call, owned=False, refused=False), strict=True)
    )
    covered = [value for name, value in named.items() if name not in ADDED]
    mac = canonical.row_mac(SECRET, "intent", (*covered, 1, 1, first), 1)
    row = {**named, "epoch": 1, "n": 1, "prev_mac": first, "row_mac": mac, "verdict": "A", "admitted_at": AT}
    insert("audit_intent", {name: value for name, value in row.items() if name not in ADDED})
    values = outcome_values(call, DONE, attempt=Attempt(1, 1, "A", AT), earlier=b"", finished_at=AT)
    answer = (*values, 2, 1, second)
    mac = canonical.row_mac(SECRET, "outcome", answer, 1)
    insert("audit_outcome", {**dict(zip([c.name for c in canonical.OUTCOME], answer, strict=True)), "row_mac": mac})
    return call


def test_rows_of_the_first_format_verify(old_call: Call) -> None:
    report = verify(Keyring.parse(KEYS))
    assert report.clean, [str(fault) for fault in report.faults]
    assert (report.intents, report.outcomes) == (1, 1)


@pytest.mark.parametrize("change", ["auth = 'token'", "procedure = '1.000'", "total_gate_id = 9", "purpose = 'other'"])
def test_what_was_put_into_them_later_is_found(old_call: Call, change: str) -> None:
    assert tamper(f"update audit_intent set {change}") == 1
    report = verify(Keyring.parse(KEYS))
    assert [(fault.table, fault.epoch, fault.n) for fault in report.faults] == [("audit_intent", 1, 1)]


def test_a_format_cannot_be_renamed(old_call: Call) -> None:
    assert tamper("update audit_epoch set format = 2 where seq = 1") == 1
    assert not verify(Keyring.parse(KEYS)).clean
