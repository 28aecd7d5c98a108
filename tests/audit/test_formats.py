"""Rows of the log's earlier formats stay verifiable, and what it did not have cannot be written into them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from audit.admission import Call
from audit.ledger import canonical
from audit.ledger.calls import Attempt, intent_values, outcome_values
from audit.ledger.rows import INTENTS, OUTCOMES
from audit.verification.run import verify
from core.crypto import Keyring
from tests.audit.log_rows import DONE, KEYS, add_gate, make_call, sql, tamper

pytestmark = pytest.mark.django_db(transaction=True)
NAME, SECRET = next(iter(Keyring.parse(KEYS).keys.items()))
AT = datetime(2026, 11, 1, 3, tzinfo=UTC)
EARLIER = range(1, canonical.FORMAT)


def added_after(form: int) -> set[str]:
    return {name for later, names in canonical.ADDED.items() if later > form for name in names}


def insert(table: str, values: dict[str, Any]) -> None:
    sql(f"insert into {table} ({', '.join(values)}) values ({', '.join(['%s'] * len(values))})", *values.values())


def event(seq: int, kind: str, before: bytes, form: int) -> bytes:
    """Write the opening of an epoch as *form* did."""
    signed = (seq, "open", kind, AT, "worker", NAME, form, None, None, None, before)
    mac = canonical.row_mac(SECRET, "epoch", signed, form)
    insert("audit_epoch", {**dict(zip([c.name for c in canonical.EPOCH], signed, strict=True)), "row_mac": mac})
    return mac


def write_call(form: int) -> Call:
    """Write one call with its outcome in an earlier format."""
    first = event(1, "intent", b"", form)
    second = event(2, "outcome", first, form)
    later = added_after(form)
    call = make_call(add_gate(), received_at=AT)
    named = dict(
        zip(
            [c.name for c in canonical.REQUEST],
            INTENTS.flat(intent_values(call, owned=False, refused=False)),
            strict=True,
        )
    )
    covered = [value for name, value in named.items() if name not in later]
    mac = canonical.row_mac(SECRET, "intent", (*covered, 1, 1, first), form)
    row = {**named, "epoch": 1, "n": 1, "prev_mac": first, "row_mac": mac, "verdict": "A", "admitted_at": AT}
    insert("audit_intent", {name: value for name, value in row.items() if name not in later})
    values = OUTCOMES.flat(outcome_values(call, DONE, attempt=Attempt(1, 1, "A", AT), earlier=b"", finished_at=AT))
    answer = (*values, 2, 1, second)
    mac = canonical.row_mac(SECRET, "outcome", answer, form)
    insert("audit_outcome", {**dict(zip([c.name for c in canonical.OUTCOME], answer, strict=True)), "row_mac": mac})
    return call


@pytest.fixture
def old_call(transactional_db: None) -> Call:
    """One call with its outcome, written in the first format."""
    return write_call(1)


@pytest.mark.parametrize("form", EARLIER)
def test_rows_of_an_earlier_format_verify(form: int) -> None:
    write_call(form)
    report = verify(Keyring.parse(KEYS))
    assert report.clean, [str(fault) for fault in report.faults]
    assert (report.intents, report.outcomes) == (1, 1)


@pytest.mark.parametrize(
    "change",
    ["auth = 'token'", "procedure = '1.000'", "total_gate_id = 9", "officer_digest = 'x'", "purpose = 'other'"],
)
def test_what_was_put_into_them_later_is_found(old_call: Call, change: str) -> None:
    assert tamper(f"update audit_intent set {change}") == 1
    report = verify(Keyring.parse(KEYS))
    assert [(fault.table, fault.epoch, fault.n) for fault in report.faults] == [("audit_intent", 1, 1)]


def test_a_format_cannot_be_renamed(old_call: Call) -> None:
    assert tamper("update audit_epoch set format = 2 where seq = 1") == 1
    assert not verify(Keyring.parse(KEYS)).clean


def test_an_officer_cannot_be_put_into_a_row_of_the_second_format() -> None:
    write_call(2)
    assert tamper("update audit_intent set officer_digest = 'x'") == 1
    assert [fault.table for fault in verify(Keyring.parse(KEYS)).faults] == ["audit_intent"]
