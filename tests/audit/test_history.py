"""Field history as staff read it: old and new in Vietnamese, the fact beside it, by request, bounded, read only."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.test import Client
from django.urls import reverse

from accounts import deeds
from accounts.models import Invitation, User
from accounts.services.agencies import FIELDS, change_agency
from accounts.services.invitations import invite
from accounts.services.memberships import end_membership
from accounts.services.sessions import SignInDeed
from audit.admin import lists
from audit.deeds import named
from audit.models import Fact
from audit.selectors.differences import differences_of
from audit.selectors.history import facts_beside, facts_of_request, moments_of
from core import clock
from core.actor import Actor, system_actor
from core.ids import uuid7

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC8.5")]
LIST = "/quan-tri/auditlog/logentry/"
WHY = "Chuyển công tác theo quyết định 12"


@pytest.fixture
def officer(agency: Any, person: Any) -> User:
    return person("can-bo@so-a.example", agency("H60.91", name="Sở Thử"), "agency_officer", full_name="Đỗ Văn Ấn")


@pytest.fixture
def guard(agency: Any, person: Any) -> User:
    """Who reads the history."""
    return person("at@skhcn.example", agency("H60.93", is_operator=True), "security_officer")


@pytest.fixture
def reader(guard: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(guard)


@pytest.fixture
def ended(officer: User, guard: User, signed_in: Any) -> LogEntry:
    """A role ended through its page, and the difference that made."""
    address = reverse("end_membership", args=[officer.memberships.get().pk])
    assert signed_in(guard).post(address, {"reason": WHY}).status_code == 302
    return LogEntry.objects.filter(content_type__model="membership", action=LogEntry.Action.UPDATE).latest("id")


def test_the_list_says_who_changed_what_from_what_to_what_and_why(reader: Client, ended: LogEntry) -> None:
    page = reader.get(LIST, {"q": ended.cid}).content.decode()
    for text in ("Cán bộ at (mẫu)", "Lý do thôi:", WHY, "Thôi giao vai trò", "Đỗ Văn Ấn"):
        assert text in page
    assert "end_reason" not in page
    assert "membership.ended" not in page


def test_differences_are_read_in_vietnamese(agency: Any, actor: Any, officer: User) -> None:
    body, above = agency("H60.94"), agency("H60.95", name="Ủy ban cấp trên")
    body.parent, body.may_file, body.valid_to, body.kind = above, False, date(2027, 3, 9), "commune"
    body.save()
    told = {item.field: (item.before, item.after) for item in differences_of([LogEntry.objects.latest("id")])[0]}
    assert told["cơ quan cấp trên"] == ("", "Ủy ban cấp trên")
    assert told["được lập hồ sơ kết nối"] == ("Có", "Không")
    assert told["đến hết ngày"] == ("", "09/03/2027")
    assert told["loại cơ quan"] == ("Sở, ban, ngành", "Ủy ban nhân dân cấp xã")


def test_moments_are_told_by_the_vietnamese_clock(officer: User) -> None:
    held = officer.memberships.get()
    held.ended_at = clock.start_of(date(2026, 11, 25))
    held.save()
    told = {item.field: item.after for item in differences_of([LogEntry.objects.latest("id")])[0]}
    assert told["thôi lúc"] == "00:00 25/11/2026"


def test_making_a_row_tells_fields_not_relations_back(agency: Any) -> None:
    agency("H60.96")
    names = {item.field for item in differences_of([LogEntry.objects.latest("id")])[0]}
    assert "tên cơ quan" in names
    assert not names & {"children", "predecessors", "memberships", "ID", "id"}


def test_no_secret_reaches_the_page(reader: Client, agency: Any, person: Any, actor: Any) -> None:
    body = agency("H60.91")
    issued = invite(
        actor=actor(person("qt@so-a.example", body, "agency_admin")),
        agency=body,
        email="moi@so-a.example",
        full_name="Người mới",
        role="agency_officer",
    )
    page = reader.get(LIST).content.decode()
    stored = Invitation.objects.get()
    assert "Người mới" in page
    for secret in (issued.code, issued.link, stored.token_digest, stored.code_digest):
        assert secret not in page
    assert User.objects.latest("id").password not in page


def test_a_secret_that_slipped_into_the_history_is_not_shown(officer: User) -> None:
    entry = LogEntry(content_type_id=LogEntry.objects.latest("id").content_type_id, action=1)
    entry.changes = {"password": ["cũ-bí-mật", "mới-bí-mật"], "full_name": ["A", "B"]}
    told = str(differences_of([entry])[0])
    assert "bí-mật" not in told
    assert "'B'" in told


def test_a_request_is_found_by_its_id_in_both_lists(reader: Client, ended: LogEntry) -> None:
    assert "Đỗ Văn Ấn" in reader.get(LIST, {"q": f" {ended.cid} "}).content.decode()
    assert "Thôi giao vai trò" in reader.get("/quan-tri/audit/fact/", {"q": ended.cid}).content.decode()
    other = str(uuid7())
    assert "Đỗ Văn Ấn" not in reader.get(LIST, {"q": other}).content.decode()
    assert "Thôi giao vai trò</a>" not in reader.get("/quan-tri/audit/fact/", {"q": other}).content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"nguoi": "at"}, True),
        ({"nguoi": "khong co ai"}, False),
        ({"timestamp_from": "01/01/2026"}, True),
        ({"timestamp_to": "01/01/2026"}, False),
        ({"timestamp_to": "31/12/9999"}, True),
        ({"timestamp_from": "khong-phai-ngay"}, True),
        ({"q": "do van an"}, False),
        ({"q": "Đỗ Văn"}, True),
    ],
)
def test_filters(reader: Client, ended: LogEntry, query: dict[str, str], found: bool) -> None:
    page = reader.get(LIST, query)
    assert page.status_code == 200
    assert (WHY in page.content.decode()) is found


def test_a_character_no_text_can_hold_is_a_bad_request(reader: Client, ended: LogEntry) -> None:
    assert reader.get(LIST, {"q": "a\x00b"}).status_code == 400


def test_days_are_whole_by_the_vietnamese_clock_and_day_comes_before_month(reader: Client, ended: LogEntry) -> None:
    today = f"{clock.today():%d/%m/%Y}"
    assert WHY in reader.get(LIST, {"timestamp_from": today, "timestamp_to": today}).content.decode()
    assert WHY not in reader.get(LIST, {"timestamp_to": "03/04/2026"}).content.decode()


def test_by_kind_of_object(reader: Client, ended: LogEntry) -> None:
    assert WHY in reader.get(LIST, {"loai": ended.content_type_id}).content.decode()
    other = LogEntry.objects.filter(content_type__model="agency").first()
    assert other is not None
    assert WHY not in reader.get(LIST, {"loai": other.content_type_id}).content.decode()


def test_one_difference_has_its_page_with_every_fact_of_the_request(reader: Client, ended: LogEntry) -> None:
    page = reader.get(f"{LIST}{ended.pk}/change/")
    text = page.content.decode()
    assert page.status_code == 200
    for part in (WHY, ended.cid, "Lý do thôi", "Thôi giao vai trò"):
        assert str(part) in text
    assert reader.get(f"{LIST}{ended.pk}/history/").status_code == 404


@pytest.mark.parametrize("verb", ["change", "delete"])
def test_nobody_changes_it(reader: Client, ended: LogEntry, verb: str) -> None:
    before = LogEntry.objects.count()
    assert reader.post(f"{LIST}{ended.pk}/{verb}/", {"object_repr": "khác", "post": "yes"}).status_code == 403
    assert reader.post(LIST, {"action": "delete_selected", "_selected_action": [ended.pk]}).status_code in (
        200,
        302,
        403,
    )
    assert LogEntry.objects.count() == before
    ended.refresh_from_db()
    assert ended.object_repr != "khác"


def test_queries_do_not_grow_with_the_rows(
    reader: Client, agency: Any, person: Any, django_assert_max_num_queries: Any
) -> None:
    for number in range(20):
        person(f"nguoi-{number}@so-a.example", agency(f"H60.{60 + number}"), "agency_officer")
    with django_assert_max_num_queries(15):
        assert reader.get(LIST).status_code == 200


def test_counting_stops(reader: Client, agency: Any, person: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(lists, "COUNTED", 3)
    for number in range(5):
        agency(f"H60.{60 + number}")
    assert lists.BoundedPaginator(LogEntry.objects.order_by("-id"), 2).count == 3


def test_the_tab_of_a_form_shows_differences_and_facts_together(
    agency: Any, person: Any, actor: Any, signed_in: Any, register_fields: dict[str, Any]
) -> None:
    body = agency("H60.94", name="Sở Cũ", source="nguồn")
    keeper = person("vh@skhcn.example", agency("H60.93", is_operator=True), "operator")
    change_agency(actor=actor(keeper), agency=body, **{**register_fields, "name": "Sở Mới"})
    page = signed_in(keeper).get(f"/quan-tri/accounts/agency/{body.pk}/history/").content.decode()
    for text in ("Sở Cũ", "Sở Mới", "Tên cơ quan", "Sửa thông tin cơ quan"):
        assert text in page
    assert "This object" not in page


@pytest.fixture
def register_fields(agency: Any) -> dict[str, Any]:
    """Return the fields a form of the register sends for H60.94."""
    body = agency("H60.94", name="Sở Cũ", source="nguồn")
    return {name: getattr(body, name) for name in FIELDS if name != "code"}


def test_facts_about_people_stay_with_those_who_read_facts(
    officer: User, person: Any, agency: Any, actor: Any, signed_in: Any, guard: User
) -> None:
    end_membership(actor=actor(guard), membership=officer.memberships.get(), reason=WHY)
    held = officer.memberships.get()
    address = f"/quan-tri/accounts/membership/{held.pk}/history/"
    reports = person("bc@skhcn.example", agency("H60.93", is_operator=True), "report_officer")
    plain = signed_in(reports).get(address).content.decode()
    assert "Thôi giao vai trò" not in plain
    assert "Lý do thôi" in plain
    assert "Thôi giao vai trò" in signed_in(guard).get(address).content.decode()
    told = moments_of(held, actor(guard), maintains=False)
    assert [fact.deed for moment in told for fact in moment.facts] == ["membership.ended"]


def test_an_agency_reads_no_facts_of_others_beside_differences(ended: LogEntry, officer: User, actor: Any) -> None:
    stranger = Actor(kind="person", name="x", user_id=1, agency_id=-1, permissions=frozenset({"facts.view_own"}))
    assert facts_beside([ended], stranger) == [[]]
    assert list(facts_of_request(ended.cid, stranger)) == []
    assert len(facts_beside([ended], system_actor("kiểm thử"))[0]) == 1


def test_every_deed_of_this_floor_has_a_name() -> None:
    root = Path(deeds.__file__).parent
    text = "\n".join(path.read_text(encoding="utf-8") for path in root.rglob("*.py") if path.name != "deeds.py")
    used = set(re.findall(r'deed="([a-z_]+\.[a-z_]+)"', text)) | {"dayoff.saved", "makeupday.saved"}
    used |= {deed.value for deed in SignInDeed}
    assert used - set(deeds.NAMES) == set()
    assert named("membership.ended") == "Thôi giao vai trò"
    assert named("khong.co") == "khong.co"


def test_every_tracked_field_of_people_and_agencies_has_a_vietnamese_name() -> None:
    missing = []
    for model in auditlog.get_models():
        if model._meta.app_label != "accounts":
            continue
        known = auditlog.get_model_fields(model)
        for field in model._meta.concrete_fields:
            hidden = field.primary_key or field.name in known["exclude_fields"]
            if not hidden and field._verbose_name is None and field.name not in known["mapping_fields"]:
                missing.append(f"{model._meta.label}.{field.name}")
    assert missing == []


def test_facts_of_a_request_are_found_by_the_time_in_its_id(ended: LogEntry) -> None:
    everybody = system_actor("kiểm thử")
    assert [fact.deed for fact in facts_of_request(ended.cid, everybody)] == ["membership.ended"]
    assert Fact.objects.filter(request_id=ended.cid).count() == 1
    for nothing in ("", "khong-phai-ma", str(uuid7()), "ffffffff-ffff-7fff-bfff-ffffffffffff"):
        assert list(facts_of_request(nothing, everybody)) == []


@pytest.mark.parametrize("role", ["division_head", "operator", "evaluator"])
def test_others_do_not_open_it(agency: Any, person: Any, signed_in: Any, ended: LogEntry, role: str) -> None:
    client = signed_in(person("ai@skhcn.example", agency("H60.93", is_operator=True), role))
    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}{ended.pk}/change/").status_code == 403
