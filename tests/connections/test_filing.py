"""Filing a dossier and sending it (QC10.1)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Agency, Letter, User
from accounts.selectors.actors import actor_for, standings_of
from audit.models import Fact
from catalog.models import InformationSystem
from connections.choices import State, Step
from connections.models import Clock, ConnectionRequest
from connections.selectors.parts import seen_part
from connections.services import drafts, sending
from core import clock
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from tests.connections.conftest import Chain


@pytest.mark.clause("QC10.1")
def test_a_complete_dossier_is_sent_and_gets_number_code_and_deadline(chain: Chain) -> None:
    sent = chain.submit()
    assert sent.state == State.SUBMITTED
    assert sent.number.startswith("H60.02-")
    assert sent.number.endswith("-0001")
    assert len(sent.lookup_code) == 8
    running = Clock.objects.get(request=sent)
    assert (running.step, running.ended_at) == (Step.INTAKE, None)
    assert running.due_at is not None
    assert Fact.objects.filter(deed="request.submit", clause="QC10.1").count() == 1
    assert Letter.objects.filter(subject__contains=sent.number).exists()


def test_two_dossiers_of_a_day_get_two_numbers(chain: Chain) -> None:
    first = chain.submit()
    chain.system = InformationSystem(
        code="H60.07.HT02",
        code_base="H60.07",
        code_number=2,
        name="Hệ thống hai",
        owner=chain.agency,
        operating_unit=chain.agency,
        purpose="Thử",
        security_level=1,
        environments=["sandbox"],
    )
    chain.system.save()
    chain.system.register()
    chain.system.save()
    second = chain.submit()
    assert first.number != second.number
    assert second.number.endswith("-0002")


@pytest.mark.parametrize("part", ["contacts", "system", "purpose", "scope", "technical", "plans"])
def test_a_dossier_with_a_missing_part_is_not_sent(chain: Chain, part: str) -> None:
    request = chain.draft()
    empty: dict[str, dict[str, Any]] = {
        "contacts": {},
        "system": {},
        "purpose": {},
        "scope": {"lines": []},
        "technical": {},
        "plans": {},
    }
    request = drafts.save_part(actor=chain.actors["agency_officer"], request=request, part=part, **empty[part])
    assert request.missing_parts() == [part]
    with pytest.raises(GuardRefused):
        sending.submit(actor=chain.actors["agency_representative"], request=request, committed=True)
    assert chain.fresh().state == State.DRAFT
    assert chain.fresh().number == ""
    assert not Fact.objects.filter(deed="request.submit").exists()


def test_the_declaration_is_needed(chain: Chain) -> None:
    request = chain.draft()
    with pytest.raises(GuardRefused):
        sending.submit(actor=chain.actors["agency_representative"], request=request, committed=False)
    assert chain.fresh().state == State.DRAFT


@pytest.mark.clause("QC3.3")
def test_a_state_secret_is_refused_and_nothing_of_it_is_kept(chain: Chain) -> None:
    request = chain.draft()
    before = request.version
    with pytest.raises(GuardRefused):
        drafts.save_part(
            actor=chain.actors["agency_officer"],
            request=request,
            part="scope",
            personal_data=True,
            state_secret=True,
            national_database=True,
        )
    assert (chain.fresh().state_secret, chain.fresh().personal_data, chain.fresh().version) == (False, False, before)


def test_the_slower_of_two_colleagues_is_told_who_was_faster(chain: Chain, person: Callable[..., User]) -> None:
    request = chain.draft()
    seen = seen_part(request, "plans")
    officer = chain.actors["agency_officer"]
    colleague = person("dong-nghiep@lgsp.example", chain.agency, "agency_officer")
    slower = actor_for(colleague, standings_of(colleague), agency_id=None)
    drafts.save_part(
        actor=officer, request=request, part="plans", operation_plan="Một", security_plan="Hai", seen=seen
    )
    with pytest.raises(StateRefused) as refused:
        drafts.save_part(
            actor=slower, request=request, part="plans", operation_plan="Ba", security_plan="Bốn", seen=seen
        )
    assert officer.name in str(refused.value.detail)
    assert chain.fresh().operation_plan == "Một"


def test_a_colleague_of_the_same_agency_goes_on_and_a_stranger_does_not(
    chain: Chain, agency: Callable[..., Agency], person: Callable[..., User]
) -> None:
    request = chain.draft()
    colleague = person("dong-nghiep@lgsp.example", chain.agency, "agency_officer")
    stranger = person("nguoi-la@lgsp.example", agency("H60.11"), "agency_officer")
    own, other = (actor_for(user, standings_of(user), agency_id=None) for user in (colleague, stranger))
    drafts.save_part(actor=own, request=request, part="contacts", responsible_leader="Giám đốc Sở (mẫu)")
    with pytest.raises(PermissionRefused):
        drafts.save_part(actor=other, request=request, part="contacts", responsible_leader="Người khác")
    assert chain.fresh().responsible_leader == "Giám đốc Sở (mẫu)"
    assert not ConnectionRequest.objects.visible_to(other).filter(pk=request.pk).exists()
    assert not ConnectionRequest.objects.visible_to(chain.actors["evaluator"]).filter(pk=request.pk).exists()


@pytest.mark.parametrize(
    ("part", "fields", "field"),
    [
        ("contacts", {"responsible_leader": "x" * 201}, "responsible_leader"),
        ("technical", {"networks": "10.0.0"}, "networks"),
        ("technical", {"networks": ["10.0.0.1/8"]}, "networks"),
        ("technical", {"networks": ["0.0.0.0/0"]}, "networks"),
        ("technical", {"daily_calls": 0}, "daily_calls"),
        ("technical", {"daily_calls": 10_000_001}, "daily_calls"),
        ("technical", {"wanted_until": clock.today()}, "wanted_until"),
        ("plans", {"operation_plan": "x" * 4001}, "operation_plan"),
        ("nonsense", {}, ""),
    ],
)
def test_what_is_wrong_is_refused_with_its_field(chain: Chain, part: str, fields: dict[str, Any], field: str) -> None:
    request = chain.draft()
    with pytest.raises(InvalidInput) as refused:
        drafts.save_part(actor=chain.actors["agency_officer"], request=request, part=part, **fields)
    assert list(refused.value.errors) == [field]
    assert chain.fresh().version == request.version


@pytest.mark.parametrize(
    "line",
    [
        {"operations": [], "fields": [], "daily_quota": 5},
        {"operations": ["no-such"], "fields": [], "daily_quota": 5},
        {"operations": ["list"], "fields": ["secret"], "daily_quota": 5},
        {"operations": ["list"], "fields": [], "daily_quota": 0},
        {"operations": ["list"], "fields": [], "daily_quota": None},
    ],
)
def test_a_line_asks_only_for_what_the_service_offers(chain: Chain, line: dict[str, Any]) -> None:
    request = chain.draft()
    with pytest.raises(InvalidInput) as refused:
        drafts.save_part(
            actor=chain.actors["agency_officer"],
            request=request,
            part="scope",
            lines=[{"service": chain.service, **line}],
        )
    assert "lines" in refused.value.errors
    assert chain.fresh().lines.get().daily_quota == 900


def test_an_unpublished_service_and_a_doubled_one_are_refused(chain: Chain) -> None:
    request = chain.draft()
    line = {"service": chain.service, "operations": ["list"], "fields": [], "daily_quota": 5}
    with pytest.raises(InvalidInput):
        drafts.save_part(actor=chain.actors["agency_officer"], request=request, part="scope", lines=[line, line])
    version = chain.service.versions.get()
    version.withdraw()
    version.save()
    with pytest.raises(InvalidInput):
        drafts.save_part(actor=chain.actors["agency_officer"], request=request, part="scope", lines=[line])
    assert chain.fresh().lines.get().operations == ["list", "one"]


def test_the_drafter_does_not_send_alone_where_there_is_a_representative(chain: Chain, person: Any) -> None:
    both = person("ca-hai@lgsp.example", chain.agency, "agency_officer", "agency_representative")
    me = actor_for(both, standings_of(both), agency_id=None)
    chain.actors["agency_officer"] = me
    request = chain.draft()
    with pytest.raises(GuardRefused):
        sending.submit(actor=me, request=request, committed=True)
    assert chain.fresh().state == State.DRAFT


def test_a_second_dossier_for_a_system_under_way_is_refused(chain: Chain) -> None:
    chain.submit()
    officer = chain.actors["agency_officer"]
    other = drafts.begin_request(actor=officer)
    with pytest.raises(InvalidInput) as refused:
        drafts.save_part(actor=officer, request=other, part="system", system=chain.system)
    assert chain.request.number in str(refused.value.detail)


def test_withdrawing_needs_a_reason_ends_the_clock_and_frees_the_system(chain: Chain) -> None:
    request, sender = chain.submit(), chain.actors["agency_representative"]
    with pytest.raises(InvalidInput):
        sending.withdraw(actor=sender, request=request, reason=" ")
    assert chain.fresh().state == State.SUBMITTED
    sending.withdraw(actor=sender, request=request, reason="Lập lại hồ sơ")
    assert chain.fresh().state == State.WITHDRAWN
    assert not Clock.objects.filter(request=request, ended_at__isnull=True).exists()
    assert chain.submit().state == State.SUBMITTED


def test_a_draft_is_put_away_by_its_agency_only(chain: Chain) -> None:
    request = chain.draft()
    with pytest.raises(PermissionRefused):
        drafts.discard_draft(actor=chain.actors["evaluator"], request=request)
    drafts.discard_draft(actor=chain.actors["agency_officer"], request=request)
    assert chain.fresh().state == State.WITHDRAWN


def test_an_agency_that_may_not_file_begins_nothing(chain: Chain, agency: Any, person: Any) -> None:
    commune = agency("H60.02215", may_file=False)
    user = person("xa@lgsp.example", commune, "agency_officer")
    with pytest.raises(GuardRefused):
        drafts.begin_request(actor=actor_for(user, standings_of(user), agency_id=None))
    assert not ConnectionRequest.objects.exists()


def test_a_deadline_in_the_past_is_not_wanted(chain: Chain) -> None:
    request = chain.draft()
    with pytest.raises(InvalidInput):
        drafts.save_part(
            actor=chain.actors["agency_officer"],
            request=request,
            part="technical",
            wanted_until=clock.today() - timedelta(days=1),
        )
