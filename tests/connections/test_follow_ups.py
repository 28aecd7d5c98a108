"""A live connection is changed or renewed by a dossier that follows, and runs on until that one is live (Q50-15.4)."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Agency
from connections.choices import Kind, State
from connections.models import ConnectionRequest, Grant
from connections.selectors.follow_ups import following
from connections.services import approval, draft_lines, drafts, golive, sending
from connections.services.copying import begin_follow_up
from connections.services.ending import terminate
from core import clock
from core.problems import GuardRefused, InvalidInput, PermissionRefused, StateRefused
from tests.connections.asking import Asking
from tests.connections.conftest import Chain, Desk, publish
from tests.connections.refusing import refused


def follow(chain: Chain, kind: str = Kind.CHANGE, role: str = "agency_officer") -> ConnectionRequest:
    return begin_follow_up(actor=chain.actors[role], source=chain.request, kind=kind).request


def to_live(chain: Chain, draft: ConnectionRequest) -> ConnectionRequest:
    """Take a complete draft all the way."""
    chain.request = draft
    chain.receive_draft()
    chain.mark_all()
    chain.request = approval.propose(actor=chain.actors["division_head"], request=chain.request)
    chain.request = approval.approve(actor=chain.actors["department_leader"], request=chain.request)
    chain.make_sandbox()
    chain.finish_again()
    chain.confirm_as("operator")
    chain.request = chain.confirm_as("agency_representative")
    return golive.go_live(actor=chain.actors["operator"], request=chain.request)


def live_services() -> set[str]:
    return set(Grant.objects.open().filter(environment="live").values_list("service__code", flat=True))


def given_live(asking: Asking) -> Grant:
    """Let a request for use be decided and return the live grant it gave."""
    [made] = [grant for grant in asking.decided() if grant.environment == "live"]
    return made


@pytest.mark.clause("Q50-15.4")
def test_a_change_takes_over_when_it_goes_live_and_not_before(chain: Chain) -> None:
    old = chain.live()
    since, held = chain.connection().live_at, set(Grant.objects.open().values_list("code", flat=True))
    draft = follow(chain)
    assert (draft.missing_parts(), draft.system, draft.follows) == ([], chain.system, old)
    other, officer = publish("land-prices", chain.provider), chain.actors["agency_officer"]
    line: dict[str, Any] = {"operations": ["list", "one"], "fields": ["code"], "daily_quota": 300}
    draft_lines.save_line(actor=officer, request=draft, service=other, **line)
    draft_lines.drop_line(actor=officer, request=draft, service=chain.service)
    told = following(draft)
    assert told is not None
    assert [(row.before is None, row.after is None) for row in told.rows] == [(False, True), (True, False)]
    chain.request = draft
    chain.receive_draft()
    chain.mark_all()
    chain.request = approval.propose(actor=chain.actors["division_head"], request=chain.request)
    chain.request = approval.approve(actor=chain.actors["department_leader"], request=chain.request)
    assert (chain.connection().request, chain.connection().live_at) == (old, since)
    assert set(Grant.objects.open().values_list("code", flat=True)) == held
    chain.make_sandbox()
    chain.finish_again()
    chain.confirm_as("operator")
    chain.request = chain.confirm_as("agency_representative")
    assert live_services() == {"administrative-units"}
    new = golive.go_live(actor=chain.actors["operator"], request=chain.request)
    assert live_services() == {"land-prices"}
    assert not held & set(Grant.objects.open().values_list("code", flat=True))
    assert (chain.connection().request, chain.connection().live_at) == (new, since)
    old.refresh_from_db()
    assert (old.state, old.replaced_by) == (State.LIVE, new)
    operator = chain.actors["operator"]
    found = refused(GuardRefused, lambda: terminate(actor=operator, request=old, reason="Hết nhu cầu"))
    assert new.number in str(found)
    refused(StateRefused, lambda: begin_follow_up(actor=officer, source=old, kind=Kind.CHANGE))
    terminate(actor=operator, request=new, reason="Hết nhu cầu")
    assert not Grant.objects.open().exists()


@pytest.mark.clause("Q50-15.4")
def test_what_a_request_for_use_gave_outlives_a_change_and_ends_with_the_connection(asking: Asking) -> None:
    chain, given = asking.chain, given_live(asking)
    new = to_live(chain, follow(chain))
    given.refresh_from_db()
    assert given.revoked_at is None
    assert live_services() == {"administrative-units", asking.service.code}
    assert given_live(asking).request == new
    terminate(actor=chain.actors["operator"], request=new, reason="Hết nhu cầu")
    assert not Grant.objects.open().exists()


@pytest.mark.clause("Q50-15.4", "QC11.3")
def test_a_change_that_names_what_a_request_for_use_gave_takes_its_place(asking: Asking) -> None:
    chain, given = asking.chain, given_live(asking)
    draft, officer = follow(chain), chain.actors["agency_officer"]
    line: dict[str, Any] = {"operations": ["list", "one"], "fields": ["code"], "daily_quota": 300}
    draft_lines.save_line(actor=officer, request=draft, service=asking.service, **line)
    draft_lines.drop_line(actor=officer, request=draft, service=chain.service)
    new = to_live(chain, ConnectionRequest.objects.get(pk=draft.pk))
    given.refresh_from_db()
    held = Grant.objects.open().get(environment="live", service=asking.service)
    assert (given.revoked_at is None, held.request, held.fields) == (False, new, ["code"])


@pytest.mark.clause("Q50-15.4")
def test_a_renewal_keeps_the_scope_and_moves_the_last_day(chain: Chain) -> None:
    chain.live()
    draft, officer = follow(chain, Kind.RENEWAL), chain.actors["agency_officer"]
    send = {"actor": chain.actors["agency_representative"], "committed": True}
    line: dict[str, Any] = {"operations": ["list"], "fields": ["code", "name"], "daily_quota": 900}
    draft_lines.save_line(actor=officer, request=draft, service=chain.service, **line)
    assert "thay đổi phạm vi" in str(refused(GuardRefused, lambda: sending.submit(request=draft, **send)))
    line["operations"] = ["list", "one"]
    draft_lines.save_line(actor=officer, request=draft, service=chain.service, **line)
    until = clock.today() + timedelta(days=400)
    technical = {"networks": draft.networks, "daily_calls": 5000, "peak_per_second": 10, "wanted_until": until}
    drafts.save_part(actor=officer, request=draft, part="technical", **technical)
    to_live(chain, ConnectionRequest.objects.get(pk=draft.pk))
    assert set(Grant.objects.open().values_list("valid_to", flat=True)) == {until}


def test_one_follow_up_at_a_time_of_a_dossier_that_runs(chain: Chain, agency: Any, person: Any, actor: Any) -> None:
    ready = chain.ready()
    refused(StateRefused, lambda: follow(chain))
    chain.request = golive.go_live(actor=chain.actors["operator"], request=ready)
    for role in ("agency_representative", "technician", "operator", "evaluator"):
        refused(PermissionRefused, lambda role=role: follow(chain, role=role))
    for kind in (Kind.NEW, Kind.TERMINATION, "", "other"):
        refused(InvalidInput, lambda kind=kind: follow(chain, kind))
    body: Agency = agency("H60.11", name="Sở Y tế")
    stranger = actor(person("la@lgsp.example", body, "agency_officer"))
    refused(InvalidInput, lambda: begin_follow_up(actor=stranger, source=chain.request, kind=Kind.CHANGE))
    first = follow(chain)
    assert follow(chain, Kind.RENEWAL) == first
    assert chain.request.followers.count() == 1


def test_it_stays_with_its_system_and_ends_with_what_it_follows(chain: Chain) -> None:
    live = chain.live()
    draft, officer = follow(chain), chain.actors["agency_officer"]
    found = refused(InvalidInput, lambda: drafts.save_part(actor=officer, request=draft, part="system", system=None))
    assert "system" in found.errors
    terminate(actor=chain.actors["operator"], request=live, reason="Hết nhu cầu")
    send = {"actor": chain.actors["agency_representative"], "committed": True}
    assert "không còn vận hành" in str(refused(GuardRefused, lambda: sending.submit(request=draft, **send)))


def test_the_page_of_a_live_dossier_offers_both_and_shows_what_changes(chain: Chain, desk: Desk) -> None:
    live = chain.live()
    page = desk("agency_officer").get(reverse("request", args=[live.pk])).content.decode()
    assert "Lập hồ sơ thay đổi phạm vi" in page
    assert "Lập hồ sơ gia hạn" in page
    assert "Lập hồ sơ gia hạn" not in desk("technician").get(reverse("request", args=[live.pk])).content.decode()
    address = reverse("follow_request", args=[live.pk])
    answer = desk("agency_officer").post(address, {"kind": "change"})
    made = live.followers.get()
    assert answer["Location"] == reverse("request", args=[made.pk])
    shown = desk("agency_officer").get(answer["Location"]).content.decode()
    assert f"So với hồ sơ {live.number} đang vận hành" in shown
    assert "Giữ nguyên" in shown
    again = desk("agency_officer").post(address, {"kind": "renewal"}, follow=True)
    assert "đang làm; trang này mở hồ sơ đó" in again.content.decode()
    assert desk("agency_officer").post(address, {"kind": "x"}).status_code == 422
    assert desk("technician").post(address, {"kind": "change"}).status_code == 403
    chain.request = made
    chain.receive_draft()
    desk_page = reverse("admin:connections_connectionrequest_change", args=[made.pk])
    assert f"So với hồ sơ {live.number}" in desk("evaluator").get(desk_page).content.decode()
