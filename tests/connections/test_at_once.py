"""Every deed at the same time as itself, both sides at once, and calls that run while rights end (decisions, 3)."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections

from audit.admission import Ledger, Verdict
from audit.models import Fact
from connections.choices import State
from connections.models import Confirmation, Credential, Grant, Hold
from connections.projection import GrantRow, load_grants
from connections.services.attachments import attach
from connections.services.copying import begin_filled
from connections.services.draft_lines import save_line
from connections.services.ending import terminate
from connections.services.golive import go_live
from connections.services.holds import place_hold
from connections.services.keys import make_key, revoke_key
from connections.services.sending import submit
from core.problems import DomainError, StateRefused
from tests.audit.log_rows import KEYS, address, make_call
from tests.connections.conftest import Chain, publish
from tests.connections.proving import take_key
from tests.core.file_makers import pdf_bytes

pytestmark = pytest.mark.django_db(transaction=True)
Deed = Callable[[], Any]


def at_once(*deeds: Deed) -> list[Any]:
    """Run the deeds in threads that start together; return what each returned or raised."""
    gate, found = threading.Barrier(len(deeds)), [None] * len(deeds)

    def run(place: int, deed: Deed) -> None:
        try:
            gate.wait(timeout=20)
            found[place] = deed()
        except DomainError as refusal:
            found[place] = refusal  # type: ignore[call-overload]
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return found


def refusals(found: list[Any]) -> list[type]:
    return [type(item) for item in found if isinstance(item, DomainError)]


@pytest.mark.clause("QC10.3", "QC10.4", "QC10.5")
def test_a_dossier_goes_all_the_way_with_every_deed_done_twice_at_once(chain: Chain) -> None:
    chain.approve()
    trials = at_once(chain.make_sandbox, chain.make_sandbox)
    assert refusals(trials) == [StateRefused]
    assert Grant.objects.count() == 1
    chain.call_sandbox()
    chain.judge_typed_cases(chain.fresh().trials.get())
    assert refusals(at_once(chain.freeze, chain.freeze)) == [StateRefused]
    representative = lambda: chain.confirm_as("agency_representative")  # noqa: E731
    said = at_once(representative, representative, lambda: chain.confirm_as("operator"))
    assert refusals(said) == [StateRefused]
    assert {row.side for row in Confirmation.objects.all()} == {"agency", "operator"}
    assert chain.fresh().state == State.READY
    start = lambda: go_live(actor=chain.actors["operator"], request=chain.request)  # noqa: E731
    assert refusals(at_once(start, start)) == [StateRefused]
    assert Grant.objects.filter(environment="live").count() == 1
    key = lambda: make_key(  # noqa: E731
        actor=chain.actors["technician"], system=chain.system, environment="live"
    )
    assert refusals(at_once(key, key, key)) == [StateRefused]
    assert Credential.objects.count() == 2
    hold = lambda: place_hold(  # noqa: E731
        actor=chain.actors["operator"], connection=chain.connection(), side="operator", reason="Sự cố"
    )
    assert refusals(at_once(hold, hold)) == [StateRefused]
    assert Hold.objects.count() == 1
    first = Credential.objects.order_by("pk")[0]
    revoke = lambda: revoke_key(  # noqa: E731
        actor=chain.actors["technician"], credential=first, reason="Đổi khóa"
    )
    end = lambda: terminate(actor=chain.actors["operator"], request=chain.request, reason="Hết")  # noqa: E731
    assert set(refusals(at_once(revoke, end, end))) == {StateRefused}
    assert chain.fresh().state == State.TERMINATED
    assert Fact.objects.filter(deed="key.revoked").count() == 2
    assert not Grant.objects.open().exists()


@pytest.mark.clause("QC10.4")
def test_an_agreement_and_a_disagreement_at_once_never_make_it_ready(chain: Chain) -> None:
    chain.finish()
    at_once(
        lambda: chain.confirm_as("operator"),
        lambda: chain.confirm_as("agency_representative", agreed=False, remark="Chưa nhất trí"),
    )
    assert chain.fresh().state == State.TESTING
    assert not Confirmation.objects.filter(voided_at__isnull=True).exists()


@pytest.mark.clause("Q50-8.3", "QC8.3")
@pytest.mark.parametrize("deed", ["terminate", "hold", "key"])
def test_no_call_is_admitted_after_the_commit_of_the_deed_that_ends_its_right(chain: Chain, deed: str) -> None:
    chain.live()
    made = take_key(actor=chain.actors["technician"], system=chain.system, environment="live")
    row = next(item for item in load_grants() if item.environment == "live")
    ends: dict[str, Deed] = {
        "terminate": lambda: terminate(actor=chain.actors["operator"], request=chain.request, reason="Hết"),
        "hold": lambda: place_hold(
            actor=chain.actors["operator"], connection=chain.connection(), side="operator", reason="Sự cố"
        ),
        "key": lambda: revoke_key(actor=chain.actors["technician"], credential=made.credential, reason="Lộ khóa"),
    }
    database, running, committed = address(), threading.Event(), threading.Event()
    verdicts: list[tuple[bool, str]] = []

    def call() -> None:
        asyncio.run(_call(database, row, running, committed, verdicts))

    def end() -> None:
        assert running.wait(timeout=30)
        ends[deed]()
        committed.set()

    found = at_once(call, end)
    assert refusals(found) == []
    after = {verdict for was_committed, verdict in verdicts if was_committed}
    assert after == {Verdict.STALE}
    assert (False, Verdict.ADMITTED) in verdicts
    fresh = next(item for item in load_grants() if item.grant_id == row.grant_id)
    assert fresh.gate_version > row.gate_version
    assert fresh.active == (deed == "key")
    with connection.cursor() as cursor:
        cursor.execute("select used from audit_gate where gate_id = %s", [row.gate_id])
        assert cursor.fetchone()[0] == sum(verdict == Verdict.ADMITTED for _committed, verdict in verdicts)


async def _call(
    database: str,
    row: GrantRow,
    running: threading.Event,
    committed: threading.Event,
    verdicts: list[tuple[bool, str]],
) -> None:
    """Submit calls judged by the old policy without a pause, until some were submitted after the deed's commit."""
    ledger = Ledger(database, KEYS)
    await ledger.start()
    late = 0
    while late < 20:
        was_committed = committed.is_set()
        verdict = await ledger.admit(make_call(row.gate_id, gate_version=row.gate_version))
        verdicts.append((was_committed, verdict))
        running.set()
        late += was_committed
    await ledger.stop()


@pytest.mark.clause("QC10.1")
def test_filing_is_begun_written_and_sent_once_whoever_presses_twice(chain: Chain) -> None:
    officer, sender = chain.actors["agency_officer"], chain.actors["agency_representative"]
    begin = lambda: begin_filled(actor=officer)  # noqa: E731
    begun = at_once(begin, begin, begin)
    assert len({item.request.pk for item in begun}) == 1
    chain.draft()
    content = pdf_bytes()
    put = lambda: attach(actor=officer, request=chain.request, file=SimpleUploadedFile("a.pdf", content), part="plans")  # noqa: E731
    assert len({item.pk for item in at_once(put, put, put)}) == 1
    other = publish("land-prices", chain.provider)
    line = {"operations": ["list"], "fields": [], "daily_quota": 5}
    ask = lambda: save_line(actor=officer, request=chain.request, service=other, **line)  # noqa: E731
    assert refusals(at_once(ask, ask)) == []
    assert chain.fresh().lines.count() == 2
    send = lambda: submit(actor=sender, request=chain.request, committed=True)  # noqa: E731
    assert refusals(at_once(send, send, send)) == [StateRefused, StateRefused]
    assert Fact.objects.filter(deed="request.submit").count() == 1
