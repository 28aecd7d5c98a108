"""The gate of a whole service beside the gates of its grants: exact, and a refusal takes from neither."""

import pytest

from audit.admission import Ledger, Outcome, Verdict
from audit.verification.run import verify
from core.crypto import Keyring
from tests.audit.log_rows import DONE, KEYS, add_gate, make_call, sql
from tests.audit.test_admission import verdicts, with_ledger

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.clause("QC11.3")
def test_a_total_is_counted_beside_each_grant() -> None:
    first, second, total = add_gate(), add_gate(3), add_gate(5)
    seen: list[tuple[str, int | None]] = []

    async def work(ledger: Ledger) -> None:
        for gate in (second, second, second, second, first, first, first):
            call = make_call(gate, total_gate_id=total, procedure="1.004", auth="signature")
            verdict = await ledger.admit(call)
            seen.append((verdict.value, ledger.room(call)))
            await ledger.record(call, Outcome(200))

    with_ledger(work)
    assert [verdict for verdict, _room in seen] == ["A", "A", "A", "Q", "A", "A", "T"]
    assert [room for _verdict, room in seen[:4]] == [2, 1, 0, 0]
    assert dict(sql("select gate_id, used from audit_gate")) == {first: 2, second: 3, total: 5}
    assert verify(Keyring.parse(KEYS)).clean
    assert sql("select distinct procedure, auth from audit_intent") == [("1.004", "signature")]


def test_a_batch_shares_a_total_in_order() -> None:
    gates, total = [add_gate(2), add_gate(100)], add_gate(4)
    calls = [make_call(gates[number % 2], total_gate_id=total) for number in range(12)]
    assert "".join(verdicts(calls)) == "AAAAQTQTQTQT"
    assert dict(sql("select gate_id, used from audit_gate")) == {gates[0]: 2, gates[1]: 2, total: 4}


def test_a_total_begins_anew_with_the_day() -> None:
    gate, total = add_gate(), add_gate(1)
    assert verdicts([make_call(gate, total_gate_id=total) for _ in range(2)]) == ["A", "T"]
    sql("update audit_gate set day = day - 1 where gate_id = %s", total)
    assert verdicts([make_call(gate, total_gate_id=total)]) == ["A"]
    assert dict(sql("select gate_id, used from audit_gate")) == {gate: 2, total: 1}


def test_a_total_that_is_not_there_lets_nobody_through() -> None:
    async def work(ledger: Ledger) -> Verdict:
        call = make_call(add_gate(), total_gate_id=2_000_000_000)
        verdict = await ledger.admit(call)
        await ledger.record(call, DONE)
        return verdict

    assert with_ledger(work) is Verdict.NO_GATE
