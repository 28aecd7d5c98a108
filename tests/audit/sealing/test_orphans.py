"""Calls whose process died are closed as unknown; those of a living one are left alone."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from audit.admission import Ledger, Outcome, Stage
from audit.models import Sealing
from audit.sealing import open_calls, orphans
from audit.selectors.call_pages import Wanted, call_of, calls_of
from audit.selectors.calls import recent_calls
from audit.selectors.rollups import sums
from audit.services.rollups import roll_up
from audit.verification.run import Asked, verify
from core import clock
from core.problems import PROBLEMS
from tests.audit.log_rows import CUT, DONE, KEYS, add_gate, address, changed, make_call, sql
from tests.audit.sealing.world import KNOWN, RING, seal, sealing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.clause("QC11.5")]


async def _crashes() -> tuple[str, str, str]:
    """Three calls of a process that dies: one waiting, one streaming, one answered; return the first two's ids."""
    gate = add_gate()
    ledger = Ledger(address(), KEYS, worker="dies")
    await ledger.start()
    waiting, streaming, answered = make_call(gate), make_call(gate, gate_version=9), make_call(gate)
    await ledger.admit(waiting)
    await ledger.admit(streaming)
    await ledger.admit(changed(streaming, gate_version=1), owned=True)
    await ledger.record(streaming, Outcome(200, stage=Stage.STREAMING))
    await ledger.admit(answered)
    await ledger.record(answered, DONE)
    sql(CUT, "lgsp-log-")
    # Dead: nothing is closed in the log, only the sockets of this process.
    for writer in (ledger._intents, ledger._outcomes):
        await writer.link.leave()
    await ledger.claims.close()
    return str(waiting.call_id), str(streaming.call_id), str(answered.call_id)


@pytest.mark.parametrize("restarted", [False, True])
def test_calls_of_a_process_that_died_are_closed_as_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, restarted: bool
) -> None:
    waiting, streaming, answered = asyncio.run(_crashes())
    with sealing(tmp_path) as sealer:
        assert sealer.tick()
        assert Sealing.objects.get().orphans == 0
        if not restarted:
            monkeypatch.setattr(open_calls, "UNKNOWN_SECONDS", -1.0)
            assert sealer.tick()
            assert sealer.tick()
    monkeypatch.setattr(open_calls, "UNKNOWN_SECONDS", -1.0)
    with sealing(tmp_path) as sealer:
        assert sealer.tick()
        assert sealer.tick()
        assert sealer.tick()
        assert not sealer.calls.begun
    found = dict(sql("select call_id::text, string_agg(stage, '' order by epoch) from audit_outcome group by 1"))
    assert found == {waiting: "U", streaming: "SU", answered: "F"}
    assert sql("select status, reason, side, worker from audit_outcome o join audit_epoch e on e.seq = o.epoch"
               " where stage = 'U' group by 1, 2, 3, 4") == [(0, "unknown-outcome", "platform", "sealer")]  # fmt: skip
    assert Sealing.objects.get().orphans == 2
    report = verify(RING, Asked(against=tmp_path), KNOWN)
    assert report.clean, [str(fault) for fault in report.faults]
    assert (report.unknown, report.late, report.unfinished) == (2, 0, 0)


def test_a_call_that_streams_in_a_living_process_is_left_alone_and_a_late_outcome_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_calls, "UNKNOWN_SECONDS", -1.0)

    async def go() -> None:
        gate = add_gate()
        ledger = Ledger(address(), KEYS, worker="lives")
        await ledger.start()
        streaming, slow = make_call(gate), make_call(gate)
        await ledger.admit(streaming)
        await ledger.record(streaming, Outcome(200, stage=Stage.STREAMING))
        await ledger.admit(slow)
        await asyncio.to_thread(_sealed_thrice, tmp_path)
        await ledger.record(streaming, Outcome(200, stage=Stage.CLOSING))
        await ledger.record(slow, DONE)
        await ledger.stop()

    asyncio.run(go())
    seal(tmp_path)
    report = verify(RING, Asked(against=tmp_path), KNOWN)
    assert report.clean, [str(fault) for fault in report.faults]
    assert (report.unknown, report.late) == (1, 1)
    # Told once, as the process itself told it.
    slow = sql("select call_id from audit_outcome where stage = 'U'")[0][0]
    for rows in (recent_calls(), calls_of(None, Wanted())[0], calls_of([7], Wanted())[0]):
        assert [row.reason for row in rows] == ["", ""], rows
    one = call_of(slow, None)
    assert one is not None
    assert (one.status, one.reason) == (200, "")
    roll_up()
    told = sums(since=clock.now() - timedelta(hours=1), until=clock.now() + timedelta(hours=1))[()]
    assert (told.calls, told.success, told.platform) == (2, 2, 0)


def test_the_reason_of_a_call_nobody_ended_has_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(open_calls, "UNKNOWN_SECONDS", -1.0)
    asyncio.run(_crashes())
    with sealing(tmp_path) as sealer:
        for _ in range(3):
            sealer.tick()
    unknown = [row for row in recent_calls() if row.reason]
    assert [row.reason for row in unknown] == [orphans.REASON] * 2
    assert str(PROBLEMS[orphans.REASON].title) == "Không rõ kết quả"


def _sealed_thrice(folder: Path) -> None:
    with sealing(folder) as sealer:
        for _ in range(3):
            assert sealer.tick()
    connection.close()
