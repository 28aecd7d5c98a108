"""The page of a connection: what each reader sees of it and may do, by role and by agency (ux.md A8)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Notice, User
from accounts.roles import ROLES
from audit.gates import open_gate
from audit.models import Fact
from connections.models import Connection, Grant, Hold
from connections.services.endings import ask_ending
from connections.services.holds import lift_hold, place_hold
from core.actor import Actor
from tests.connections.conftest import Chain, Desk, publish
from tests.connections.desk import working
from tests.connections.refusing import everything
from tests.connections.test_desk_many import Several, several
from tests.house.checkers import pages

__all__ = ["several"]
pytestmark = pytest.mark.clause("Q50-15.4")
REP, PROVIDER = "agency_representative", "provider_officer"
SIDES = {"co-quan": REP, "cung-cap": PROVIDER}
PAGES = ("connection", "ask_ending", "withdraw_ending", "replace_contact")


@pytest.fixture
def live(chain: Chain, person: Any, actor: Any) -> Chain:
    """A live connection and somebody of the provider."""
    chain.live()
    chain.users[PROVIDER] = person("cung-cap@lgsp.example", chain.provider, PROVIDER)
    chain.actors[PROVIDER] = actor(chain.users[PROVIDER])
    return chain


def place(chain: Chain, name: str, *more: str) -> str:
    return reverse(name, args=[chain.connection().pk, *more])


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def hold(chain: Chain, side: str, role: str, reason: str) -> None:
    place_hold(actor=chain.actors[role], connection=chain.connection(), side=side, reason=reason)


def addresses(chain: Chain) -> list[str]:
    """Every page of the connection."""
    slugs = [(name, slug) for name in ("place_hold", "lift_hold") for slug in SIDES]
    return [place(chain, name) for name in PAGES] + [place(chain, name, slug) for name, slug in slugs]


def test_the_live_dossier_leads_to_it(live: Chain, desk: Desk) -> None:
    for role in (REP, "agency_officer", "technician"):
        dossier = read(desk(role), reverse("request", args=[live.request.pk]))
        assert place(live, "connection") in dossier
        page = read(desk(role), place(live, "connection"))
        assert reverse("request", args=[live.request.pk]) in page
        assert "Đang vận hành" in page
        codes = list(Grant.objects.values_list("code", flat=True))
        contacts = [live.users["technician"].full_name, live.users["operator"].email]
        assert [text for text in (*codes, *contacts) if text not in page] == []


def test_all_of_it_is_in_vietnamese(live: Chain, desk: Desk) -> None:
    hold(live, "operator", "operator", "Rà soát an toàn")
    ask_ending(actor=live.actors[REP], connection=live.connection(), reason="Thay hệ thống khác")
    User.objects.update(full_name="Cán bộ (mẫu)")
    wrong = []
    for role in (REP, PROVIDER, "agency_officer", "agency_admin", "operator"):
        for address in (reverse("connections"), *addresses(live)):
            wrong += pages.of_page(desk(role).get(address, follow=True).content.decode(), f"{role} {address}")
    assert wrong == []


def test_no_link_before_there_is_a_connection(chain: Chain, desk: Desk) -> None:
    chain.propose()
    assert "/ket-noi/dang-mo/1" not in read(desk(REP), reverse("request", args=[chain.request.pk]))


@pytest.mark.parametrize("role", list(ROLES))
def test_people_of_another_agency_find_none_of_its_pages(
    live: Chain, role: str, agency: Any, person: Any, signed_in: Callable[[User], Client]
) -> None:
    operator = ROLES[role].side not in ("agency", "leadership")
    body = live.operator if operator else agency("H60.11")
    client = signed_in(person(f"{role}@so-khac.example", body, role))
    reads = "request.view_all" in ROLES[role].permissions
    assert client.get(place(live, "connection")).status_code == (200 if reads else 404 if not _turned(role) else 403)
    before = everything()
    for address in addresses(live)[1:]:
        assert client.get(address).status_code in (403, 404), address
        assert client.post(address, {"reason": "Thử"}).status_code in (403, 404), address
    assert everything() == before


def _turned(role: str) -> bool:
    """Whether the role opens no connection at all, so that the door already says so."""
    wanted = {"request.view_own", "request.view_all", "grant.advise", "people.manage_own"}
    return not wanted & ROLES[role].permissions


def test_what_a_role_of_the_agency_may_not_do_is_a_sentence_with_the_role(live: Chain, desk: Desk) -> None:
    page = read(desk("agency_officer"), place(live, "connection"))
    for step in ("Tạm dừng kết nối", "Đề nghị hủy kết nối", "Đổi cán bộ kỹ thuật"):
        assert f"Chưa thể thực hiện «{step}»." in page
    assert "thuộc vai trò Đại diện cơ quan" in page
    for address in addresses(live)[1:]:
        assert address not in page
        assert desk("agency_officer").get(address).status_code == 403
    admin = read(desk("agency_admin"), place(live, "connection"))
    assert place(live, "replace_contact") in admin
    assert place(live, "ask_ending") not in admin
    assert not [code for code in Grant.objects.values_list("code", flat=True) if code in admin]


def test_every_open_hold_is_told_with_side_body_time_and_reason(live: Chain, desk: Desk) -> None:
    hold(live, "agency", REP, "Nâng cấp phần mềm")
    hold(live, "provider", PROVIDER, "Kiểm kê dữ liệu")
    hold(live, "operator", "operator", "Rà soát an toàn")
    page = read(desk(REP), place(live, "connection"))
    assert "Đang tạm dừng" in page
    for row in Hold.objects.all():
        assert [text for text in (row.reason, row.agency.name, row.get_side_display()) if text not in page] == []
    names = {role: live.users[role].full_name in page for role in (REP, PROVIDER)}
    assert names == {REP: True, PROVIDER: False}
    lift_hold(actor=live.actors[REP], connection=live.connection(), side="agency", reason="Đã nâng cấp")
    page = read(desk(REP), place(live, "connection"))
    assert "Đã nâng cấp" in page
    assert "Đang tạm dừng" in page


def test_a_provider_sees_what_concerns_its_services_and_nothing_else(
    live: Chain, desk: Desk, agency: Any, person: Any, actor: Any
) -> None:
    other = agency("H60.12", name="Sở Xây dựng")
    own = list(Grant.objects.values_list("code", flat=True))
    foreign = Grant.objects.get(environment="live")
    foreign.pk, foreign.code, foreign.gate_id = None, "GT-KHAC", open_gate(limit=10)
    foreign.service = publish("land-parcels", other)
    foreign.save(force_insert=True)
    hold(live, "agency", REP, "Nâng cấp phần mềm")
    lift_hold(actor=live.actors[REP], connection=live.connection(), side="agency", reason="Đã nâng cấp")
    ask_ending(actor=live.actors[REP], connection=live.connection(), reason="Thay hệ thống khác")
    page = read(desk(PROVIDER), place(live, "connection"))
    assert [code for code in own if code not in page] == []
    hidden = ("GT-KHAC", "Nâng cấp phần mềm", "Thay hệ thống khác", live.users["technician"].full_name)
    assert [text for text in (*hidden, live.users["operator"].email) if text in page] == []
    assert place(live, "place_hold", "cung-cap") in page
    assert place(live, "place_hold", "co-quan") not in page
    for address in (place(live, "ask_ending"), place(live, "replace_contact")):
        assert desk(PROVIDER).get(address).status_code == 403


def test_a_provider_without_an_open_grant_or_hold_sees_it_no_more(live: Chain, desk: Desk) -> None:
    hold(live, "provider", PROVIDER, "Kiểm kê")
    Grant.objects.update(revoked_at="2026-11-29T00:00:00Z")
    assert place(live, "lift_hold", "cung-cap") in read(desk(PROVIDER), place(live, "connection"))
    lift_hold(actor=live.actors[PROVIDER], connection=live.connection(), side="provider", reason="Xong")
    assert desk(PROVIDER).get(place(live, "connection")).status_code == 404


@pytest.mark.parametrize(("slug", "role"), SIDES.items())
def test_a_side_holds_and_resumes_by_forms_that_say_first_what_happens(
    live: Chain, desk: Desk, slug: str, role: str
) -> None:
    client, hold_at, lift_at = desk(role), place(live, "place_hold", slug), place(live, "lift_hold", slug)
    assert hold_at in read(client, place(live, "connection"))
    form = read(client, hold_at)
    assert "Mọi lượt gọi của hệ thống" in form
    assert ("kể cả lượt gọi tới dịch vụ của cơ quan khác" in form) == (role == PROVIDER)
    before = everything()
    assert "Lỗi: " in client.post(hold_at, {"reason": " "}).content.decode()
    assert client.post(hold_at).status_code == 200
    assert everything() == before
    for _turn in range(2):
        answer = client.post(hold_at, {"reason": "Bảo trì"}, follow=True)
        assert answer.redirect_chain == [(place(live, "connection"), 302)]
    assert "đã tạm dừng kết nối này từ" in answer.content.decode()
    assert Hold.objects.get().placed_by == live.users[role]
    assert lift_at in read(client, place(live, "connection"))
    assert "kết nối chạy lại ngay" in read(client, lift_at)
    for _turn in range(2):
        assert client.post(lift_at, {"reason": "Xong"}, follow=True).status_code == 200
    assert Hold.objects.get().lift_reason == "Xong"
    assert Fact.objects.filter(deed__startswith="hold.").count() == 2


def test_an_old_page_leads_back_to_how_the_connection_stands(live: Chain, desk: Desk) -> None:
    def leads_back() -> set[str]:
        pages = {name: place(live, name) for name in ("ask_ending", "withdraw_ending")}
        pages |= {name: place(live, name, "co-quan") for name in ("place_hold", "lift_hold")}
        found = {name: desk(REP).get(address, follow=True) for name, address in pages.items()}
        assert all(answer.status_code == 200 for answer in found.values())
        return {name for name, answer in found.items() if answer.redirect_chain}

    assert leads_back() == {"lift_hold", "withdraw_ending"}
    hold(live, "operator", "operator", "Rà soát")
    assert leads_back() == {"lift_hold", "withdraw_ending"}
    hold(live, "agency", REP, "Nâng cấp")
    ask_ending(actor=live.actors[REP], connection=live.connection(), reason="Thay hệ thống")
    assert leads_back() == {"place_hold", "ask_ending"}


def test_no_side_lifts_another_sides_hold_through_the_pages(live: Chain, desk: Desk) -> None:
    hold(live, "operator", "operator", "Rà soát an toàn")
    hold(live, "provider", PROVIDER, "Kiểm kê")
    before = everything()
    assert desk(REP).post(place(live, "lift_hold", "co-quan"), {"reason": "Chạy lại"}).status_code == 403
    assert desk(REP).post(place(live, "lift_hold", "cung-cap"), {"reason": "Chạy lại"}).status_code == 403
    assert desk(PROVIDER).post(place(live, "lift_hold", "co-quan"), {"reason": "Chạy lại"}).status_code == 403
    assert desk(REP).post(place(live, "lift_hold", "van-hanh"), {"reason": "Chạy lại"}).status_code == 404
    assert everything() == before
    said = read(desk(PROVIDER), place(live, "lift_hold", "cung-cap"))
    assert f"Kết nối vẫn dừng vì {live.operator.name}" in said


def test_a_hold_is_told_to_both_agencies_and_to_the_operators(live: Chain, desk: Desk) -> None:
    def told() -> dict[str, str]:
        rows = Notice.objects.filter(event="connection.hold", recipient__isnull=False).select_related("recipient")
        return {row.recipient.email.split("@")[0]: row.link for row in rows if row.recipient}

    hold(live, "agency", REP, "Nâng cấp")
    page = place(live, "connection")
    assert told() == {REP: page, "technician": page, "cung-cap": page, "operator": working(live)}
    for role, link in ((REP, page), ("technician", page), (PROVIDER, page), ("operator", working(live))):
        assert desk(role).get(link).status_code == 200
    Notice.objects.all().delete()
    hold(live, "operator", "operator", "Rà soát")
    assert set(told()) == {REP, "technician", "cung-cap"}


def test_a_closed_connection_is_only_read(chain: Chain, desk: Desk) -> None:
    chain.end()
    page = read(desk(REP), place(chain, "connection"))
    assert "Kết nối đã hủy, trang này chỉ còn để đọc." in page
    before = everything()
    for address in addresses(chain)[1:]:
        assert address not in page
        if "cung-cap" not in address:
            assert desk(REP).get(address).status_code == 409, address
        assert desk(REP).post(address, {"reason": "Thử"}).status_code in (200, 302, 403), address
    assert everything() == before


def test_the_operator_goes_from_the_page_to_the_dossier_at_the_desk(live: Chain, desk: Desk) -> None:
    page = read(desk("operator"), place(live, "connection"))
    assert working(live) in page
    assert "/tam-dung/" not in page


@pytest.mark.parametrize("role", [REP, PROVIDER, "agency_admin"])
def test_the_list_leads_to_what_the_reader_may_see(
    live: Chain, desk: Desk, role: str, agency: Any, person: Any, signed_in: Callable[[User], Client]
) -> None:
    hold(live, "operator", "operator", "Rà soát an toàn")
    text = read(desk(role), reverse("connections"))
    assert place(live, "connection") in text
    assert live.operator.name in text
    assert reverse("connections") in read(desk(role), reverse("workbench"))
    stranger = signed_in(person("nguoi-ngoai@so-khac.example", agency("H60.11"), role))
    empty = read(stranger, reverse("connections"))
    assert "Chưa có kết nối nào liên quan tới cơ quan." in empty
    assert place(live, "connection") not in empty


def queries(client: Client, address: str) -> int:
    client.get(address)
    with CaptureQueriesContext(database) as found:
        assert client.get(address).status_code == 200
    return len(found)


@pytest.mark.xdist_group("many")
def test_the_list_asks_as_often_for_many_rows_as_for_one(chain: Chain, several: Several, desk: Desk) -> None:
    def held(count: int) -> None:
        systems = [item.request.system_id for item in several(count, "set_up")]
        for system in Connection.objects.filter(system__in=systems):
            place_hold(actor=chain.actors["operator"], connection=system, side="operator", reason="Rà soát")
            ask_ending(actor=chain.actors[REP], connection=system, reason="Thay hệ thống")

    held(1)
    one = queries(desk(REP), reverse("connections")), queries(desk("operator"), reverse("workbench"))
    held(3)
    many = queries(desk(REP), reverse("connections")), queries(desk("operator"), reverse("workbench"))
    assert one == many
    assert one[0] <= 15


def test_the_page_asks_as_often_for_a_long_history_as_for_a_short_one(live: Chain, desk: Desk) -> None:
    def lived(turns: int) -> None:
        for _turn in range(turns):
            for side, role in (("agency", REP), ("provider", PROVIDER), ("operator", "operator")):
                hold(live, side, role, "Bảo trì")
                lift_hold(actor=live.actors[role], connection=live.connection(), side=side, reason="Xong")
        hold(live, "agency", REP, "Bảo trì")

    def counted() -> list[int]:
        return [queries(desk(role), place(live, "connection")) for role in (REP, PROVIDER, "operator")]

    lived(1)
    short = counted()
    lift_hold(actor=live.actors[REP], connection=live.connection(), side="agency", reason="Xong")
    lived(4)
    assert counted() == short
    assert max(short) <= 22


def test_a_person_of_both_sides_sees_both_and_acts_for_each(
    live: Chain, person: Any, actor: Any, signed_in: Callable[[User], Client]
) -> None:
    both = person("ca-hai@lgsp.example", live.provider, PROVIDER, REP)
    live.system.owner = live.provider
    live.system.save()
    acting: Actor = actor(both)
    client, page = signed_in(both), place(live, "connection")
    text = read(client, page)
    assert place(live, "place_hold", "co-quan") in text
    assert place(live, "place_hold", "cung-cap") in text
    place_hold(actor=acting, connection=live.connection(), side="provider", reason="Kiểm kê")
    text = read(client, page)
    assert place(live, "place_hold", "co-quan") in text
    assert place(live, "lift_hold", "cung-cap") in text


def test_one_entry_of_the_navigation_is_marked(live: Chain, desk: Desk) -> None:
    marked = {
        place(live, "connection"): reverse("connections"),
        reverse("request", args=[live.request.pk]): reverse("requests"),
        reverse("people"): reverse("people"),
    }
    for address, entry in marked.items():
        head = read(desk(REP), address).split('class="fold-body"')[1].split("</nav>")[0]
        assert head.count('aria-current="page"') == 1, address
        assert f'href="{entry}" aria-current="page"' in head, address
