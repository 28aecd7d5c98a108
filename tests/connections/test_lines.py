"""A decision for each service of a dossier, and what becomes of it (QC10.2, QC4.6; decisions, 20)."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Letter
from connections.choices import LineOutcome, State
from connections.models import ConnectionRequest, Grant, LineDecision, RequestLine
from connections.services import approval, drafts, intake, lines, sending
from core import clock
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain, Desk, publish
from tests.connections.desk import at
from tests.connections.refusing import refused

REFUSED = {"outcome": LineOutcome.REFUSED, "reason": "Ngoài thẩm quyền", "legal_basis": "Khoản 6 Điều 4 Quy chế"}


@pytest.fixture
def two(chain: Chain) -> tuple[RequestLine, RequestLine]:
    """A dossier in evaluation that asks for two services."""
    second = publish("registers", chain.provider)
    chain.draft()
    given = [
        {"service": service, "operations": ["list", "one"], "fields": ["code", "name"], "daily_quota": 900}
        for service in (chain.service, second)
    ]
    officer = chain.actors["agency_officer"]
    scope = {"personal_data": False, "state_secret": False, "national_database": False, "lines": given}
    drafts.save_part(actor=officer, request=chain.request, part="scope", **scope)
    sent = sending.submit(actor=chain.actors["agency_representative"], request=chain.request, committed=True)
    chain.request = intake.receive(
        actor=chain.actors["intake_officer"], request=sent, evaluator=chain.users["evaluator"]
    )
    first, other = chain.request.lines.order_by("id")
    return first, other


def decide(chain: Chain, **given: dict[str, Any]) -> ConnectionRequest:
    decisions = {int(name.removeprefix("line")): values for name, values in given.items()}
    return lines.decide_lines(actor=chain.actors["evaluator"], request=chain.request, decisions=decisions)


def approve(chain: Chain) -> None:
    chain.mark_all()
    approval.propose(actor=chain.actors["division_head"], request=chain.request)
    approval.approve(actor=chain.actors["department_leader"], request=chain.request)


@pytest.mark.clause("QC10.2", "QC4.6")
def test_an_approved_line_becomes_a_grant_a_narrowed_one_a_smaller_one_a_refused_one_none(
    chain: Chain, two: tuple[RequestLine, RequestLine], desk: Desk
) -> None:
    first, second = two
    until = clock.today() + timedelta(days=100)
    narrow = {
        "outcome": LineOutcome.NARROWED,
        "operations": ["list"],
        "fields": ["code"],
        "daily_quota": 50,
        "valid_to": until,
        "reason": "Đủ cho mục đích đã nêu",
    }
    decide(chain, **{f"line{first.pk}": narrow, f"line{second.pk}": REFUSED})
    own = desk("agency_officer")
    page = f"/ket-noi/{chain.request.pk}/noi-dung/"
    before = own.get(page, follow=True).content.decode()
    assert "Ngoài thẩm quyền" not in before  # not before the leader has spoken
    approve(chain)
    assert chain.fresh().state == State.TECHNICALLY_APPROVED
    assert Letter.objects.filter(body__contains="Không cấp đúng như đề nghị").exists()
    chain.make_sandbox()
    grant = Grant.objects.get()
    assert (grant.service, grant.operations, grant.fields) == (first.service, ["list"], ["code"])
    assert (grant.daily_quota, grant.valid_to) == (50, until)
    recorded = chain.request.trials.get().present_record()["lines"]
    assert [(row["operations"], row["daily_quota"]) for row in recorded] == [(["list"], 50)]


@pytest.mark.clause("QC10.2")
def test_the_agency_reads_what_was_not_approved_and_why(
    chain: Chain, two: tuple[RequestLine, RequestLine], desk: Desk
) -> None:
    decide(chain, **{f"line{two[1].pk}": REFUSED})
    approve(chain)
    page = desk("agency_officer").get(f"/ket-noi/{chain.request.pk}/")
    text = page.content.decode()
    assert "Không chấp thuận" in text
    assert "Ngoài thẩm quyền" in text
    assert "Khoản 6 Điều 4 Quy chế" in text


@pytest.mark.parametrize(
    "given",
    [
        {"outcome": "refused", "reason": "Ngoài thẩm quyền"},
        {"outcome": "refused", "legal_basis": "Khoản 6 Điều 4"},
        {"outcome": "narrowed", "operations": ["list"]},
        {"outcome": "narrowed", "operations": [], "reason": "Ít hơn"},
        {"outcome": "narrowed", "operations": ["list", "delete"], "reason": "Ít hơn"},
        {"outcome": "narrowed", "operations": ["list", "one"], "fields": ["secret"], "reason": "Ít hơn"},
        {"outcome": "narrowed", "operations": ["list"], "daily_quota": 901, "reason": "Ít hơn"},
        {"outcome": "narrowed", "operations": ["list"], "daily_quota": 0, "reason": "Ít hơn"},
        {"outcome": "narrowed", "operations": ["list"], "valid_to": clock.today(), "reason": "Ít hơn"},
        {"outcome": "narrowed", "operations": ["list", "one"], "reason": "Không bớt gì"},
        {"outcome": "perhaps"},
    ],
)
def test_a_decision_without_its_grounds_or_beyond_what_was_asked_is_refused(
    chain: Chain, given: dict[str, Any]
) -> None:
    chain.receive()
    line = chain.request.lines.get()
    error = refused(InvalidInput, lambda: decide(chain, **{f"line{line.pk}": given}))
    assert list(error.errors) == [f"line-{line.pk}"]
    assert not LineDecision.objects.exists()


def test_nothing_approved_is_no_approval(chain: Chain) -> None:
    chain.receive()
    decide(chain, **{f"line{chain.request.lines.get().pk}": REFUSED})
    chain.mark_all()
    refused(GuardRefused, lambda: approval.propose(actor=chain.actors["division_head"], request=chain.request))


def test_only_the_evaluator_decides_and_only_while_evaluating(chain: Chain) -> None:
    chain.receive()
    line = chain.request.lines.get()
    for role in ("division_head", "department_leader", "agency_officer"):
        refused(
            PermissionRefused,
            lambda role=role: lines.decide_lines(
                actor=chain.actors[role], request=chain.request, decisions={line.pk: REFUSED}
            ),
        )
    chain.mark_all()
    approval.propose(actor=chain.actors["division_head"], request=chain.request)
    refused(StateRefused, lambda: decide(chain, **{f"line{line.pk}": REFUSED}))


def test_the_page_decides_and_keeps_what_was_typed_when_it_is_wrong(chain: Chain, desk: Desk) -> None:
    chain.receive()
    line, evaluator = chain.request.lines.get(), desk("evaluator")
    prefix = f"line-{line.pk}"
    fields = {f"{prefix}-outcome": "narrowed", f"{prefix}-operations": ["list"], f"{prefix}-daily_quota": "90"}
    fields |= {f"{prefix}-fields_kept": ["code", "name"], f"{prefix}-valid_to": "31/02/2027"}
    answer = evaluator.post(at(chain, "evaluate"), {**fields, f"{prefix}-reason": "Ít hơn", "summary": "Đã xem"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Ngày phải theo dạng" in text
    assert 'value="31/02/2027"' in text
    assert "Ít hơn" in text
    assert not LineDecision.objects.exists()
    assert chain.request.evaluations.get().summary == ""  # nothing is kept by halves
    evaluator.post(at(chain, "evaluate"), {**fields, f"{prefix}-reason": "Ít hơn", f"{prefix}-valid_to": ""})
    kept = LineDecision.objects.get()
    assert (kept.operations, kept.fields, kept.daily_quota, kept.valid_to) == (["list"], [], 90, None)
    evaluator.post(at(chain, "evaluate"), {f"{prefix}-outcome": "approved"})
    kept.refresh_from_db()
    assert (kept.outcome, kept.reason, kept.daily_quota) == ("approved", "", None)
