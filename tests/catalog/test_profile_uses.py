"""Which structure the messages of an operation follow, from when, and who says so (QC4.9)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Notice
from audit.models import Fact
from catalog.models import MessageProfile, Operation, ProfileUse, ServiceVersion
from catalog.projection import load_services
from catalog.selectors.profiles import last_use, places_of
from catalog.services.descriptions import hand_in, make_next_version, read_again
from catalog.services.operations import fields_of, set_operation
from catalog.services.profile_uses import set_profile_use
from catalog.services.profiles import set_profile
from catalog.services.versions import change_version, publish_version, withdraw_version
from core import clock
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused
from tests.catalog.conftest import JOB
from tests.catalog.openapi_samples import as_bytes, sound
from tests.connections.test_at_once import at_once, refusals
from tests.shelf import SHELF, named

pytestmark = pytest.mark.clause("QC4.9")
Drafts = Callable[..., ServiceVersion]
People = Callable[..., Actor]


def structure(version: str = "1", **fields: Any) -> MessageProfile:
    """Return a structure; each is read by a process of its own, once."""
    values: dict[str, Any] = {
        "code": "ho-tich",
        "version": version,
        "title": "Thông điệp hộ tịch",
        "source": "Mẫu",
        "valid_from": date(2026, 1, 1),
        "schema": {"type": "object", "required": [f"v{version}"]},
        **fields,
    }
    return SHELF.take(named("structure", values), lambda: set_profile(actor=JOB, **values))


def use(version: ServiceVersion, profile: MessageProfile | None, actor: Actor = JOB, **fields: Any) -> ProfileUse:
    values = {"direction": "answer", **fields}
    return set_profile_use(actor=actor, operation=version.operations.get(code="communes"), profile=profile, **values)


def report(version: ServiceVersion) -> Operation:
    values = {"code": "report", "title": "Gửi báo cáo", "method": "POST", "template": "/reports", "record_path": ""}
    return set_operation(actor=JOB, version=version, elements=[], **values)


def rows() -> dict[str, Any]:
    return {item.code: item for item in load_services()[0].operations}


def test_in_a_draft_its_provider_sets_it_and_the_last_one_counts(draft: Drafts, people: People) -> None:
    version, first, second = draft(), structure(), structure("2")
    acting = people("provider_officer", "H60.03")
    use(version, first, acting)
    use(version, second, acting, since=clock.today() - timedelta(days=3))
    assert [row.profile for row in ProfileUse.objects.all()] == [second]
    publish_version(actor=JOB, version=version)
    answer = rows()["communes"].answer_profile
    assert (answer.code, answer.version, answer.form) == ("ho-tich", "2", "json")
    assert '"v2"' in answer.text
    assert rows()["communes"].request_profile is None
    assert Fact.objects.filter(deed="profile.applied").count() == 2


def test_others_set_nothing(draft: Drafts, people: People) -> None:
    version, profile = draft(), structure()
    for role, code in (("provider_officer", "H60.90"), ("technician", "H60.03"), ("evaluator", "H60.02")):
        with pytest.raises(PermissionRefused):
            use(version, profile, people(role, code))
    publish_version(actor=JOB, version=version)
    with pytest.raises(PermissionRefused):
        use(version, profile, people("provider_officer", "H60.03"), reason="Đổi")
    assert not ProfileUse.objects.exists()


def test_once_published_skhcn_changes_it_for_a_day_to_come_and_the_provider_is_told(
    draft: Drafts, people: People
) -> None:
    version, first, second = draft(), structure(), structure("2")
    officer = people("provider_officer", "H60.03")
    use(version, first)
    publish_version(actor=JOB, version=version)
    operator, day = people("operator", "H60.02"), clock.today() + timedelta(days=30)
    for wrong, field in (
        ({"since": day}, "reason"),
        ({"since": clock.today() - timedelta(days=1), "reason": "Đổi"}, "since"),
        ({"reason": "Đ" * 301}, "reason"),
    ):
        with pytest.raises(InvalidInput) as told:
            use(version, second, operator, **wrong)
        assert list(told.value.errors) == [field]
    Notice.objects.all().delete()
    made = use(version, second, operator, since=day, reason="Quy chuẩn mới")
    assert made.planned
    assert rows()["communes"].answer_profile.version == "1"
    clock_day = ProfileUse.objects.applied(day).get()
    assert clock_day.profile == second
    fact = Fact.objects.get(deed="profile.use_changed")
    assert (fact.reason, fact.before["profile"]) == ("Quy chuẩn mới", "Thông điệp hộ tịch (1)")
    assert officer.user_id in set(Notice.objects.values_list("recipient_id", flat=True))
    use(version, None, operator, reason="Tạm dừng kiểm tra")
    assert rows()["communes"].answer_profile is None
    assert ProfileUse.objects.count() == 2  # today's was set anew, the one to come stays


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"direction": "request"}, "direction"),
        ({"direction": "sideways"}, "direction"),
        ({"since": date(2025, 12, 31)}, "profile"),
    ],
)
def test_what_makes_no_sense_is_refused(draft: Drafts, fields: dict[str, Any], field: str) -> None:
    version, profile = draft(), structure()
    with pytest.raises(InvalidInput) as told:
        use(version, profile, **fields)
    assert list(told.value.errors) == [field]
    with pytest.raises(InvalidInput):
        use(version, None)  # nothing to end
    use(version, profile)
    with pytest.raises(InvalidInput):
        use(version, profile)  # nothing changes
    assert ProfileUse.objects.count() == 1


def test_a_structure_past_its_last_day_judges_nothing_any_more(draft: Drafts) -> None:
    version = draft()
    profile = structure()
    use(version, profile)
    publish_version(actor=JOB, version=version)
    set_profile(actor=JOB, profile=profile, valid_to=clock.today())
    assert rows()["communes"].answer_profile is not None
    set_profile(actor=JOB, profile=profile, valid_to=clock.today() - timedelta(days=1))
    assert rows()["communes"].answer_profile is None
    assert places_of(version)[0].lapsed


def test_a_withdrawn_version_stays_as_it_is(draft: Drafts) -> None:
    version, profile = publish_version(actor=JOB, version=draft()), structure()
    withdraw_version(actor=JOB, version=version, reason="Thay")
    with pytest.raises(StateRefused):
        use(version, profile, reason="Đổi")


def test_who_saw_an_older_state_is_told(draft: Drafts) -> None:
    version, first, second = draft(), structure(), structure("2")
    saw = last_use(version)
    use(version, first, seen=saw)
    with pytest.raises(StateRefused):
        use(version, second, seen=saw)
    assert ProfileUse.objects.get().profile == first


@pytest.mark.django_db(transaction=True)
def test_two_at_once_leave_one(draft: Drafts) -> None:
    version, first, second = draft(), structure(), structure("2")
    saw = last_use(version)
    found = at_once(lambda: use(version, first, seen=saw), lambda: use(version, second, seen=saw))
    assert refusals(found) == [StateRefused]
    assert ProfileUse.objects.count() == 1


def test_the_next_version_follows_the_same(draft: Drafts) -> None:
    version = draft()
    use(version, structure())
    publish_version(actor=JOB, version=version)
    given = SimpleUploadedFile("mo-ta.json", as_bytes(sound()))
    found = hand_in(actor=JOB, version=version, file=given)
    made = make_next_version(actor=JOB, description=found, seen=read_again(found).difference.seen)
    codes = set(made.operations.values_list("code", flat=True))
    kept = set(ProfileUse.objects.filter(operation__version=made).values_list("operation__code", flat=True))
    assert kept == codes & {"communes"}


# -- pages -----------------------------------------------------------------------------------------
def test_the_provider_sets_it_on_its_page_and_the_public_page_says_it(
    draft: Drafts, client_of: Callable[..., Client]
) -> None:
    version, profile = draft(), structure(illustration=True)
    page = reverse("own_messages", args=["administrative-units", "v1"])
    client = client_of("provider_officer", "H60.03")
    assert client_of("provider_officer", "H60.90").get(page).status_code == 404
    assert client_of("technician", "H60.03").get(page).status_code in (403, 404)
    assert "Không kiểm tra" in client.get(page).content.decode()
    place = f"{version.operations.get().pk}:answer"
    wrong = client.post(page, {"place": place, "profile": profile.pk, "since": "31/13/2026", "seen": 0})
    assert "31/13/2026" in wrong.content.decode()
    assert not ProfileUse.objects.exists()
    saved = client.post(page, {"place": place, "profile": profile.pk, "since": "", "seen": 0})
    assert saved.status_code == 302
    stale = client.post(page, {"place": place, "profile": "", "seen": 0})
    assert "Có người vừa đổi cấu trúc" in stale.content.decode()
    address = reverse("profile_file", args=[profile.pk])
    assert Client().get(address).status_code == 404
    publish_version(actor=JOB, version=version)
    public = Client().get(reverse("data_service", args=["administrative-units"])).content.decode()
    assert "Thông điệp hộ tịch (1)" in public
    assert "chỉ là minh họa" in public
    answer = Client().get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/schema+json; charset=utf-8")
    assert answer.json() == profile.schema
    assert "Đặt cấu trúc" not in client.get(page).content.decode()
    assert client.post(page, {"place": place, "profile": "", "seen": last_use(version)}).status_code == 403


def test_skhcn_sets_it_on_the_staff_page(draft: Drafts, client_of: Callable[..., Client]) -> None:
    version, profile = draft(), structure()
    report(version)
    publish_version(actor=JOB, version=version)
    page = reverse("admin:catalog_serviceversion_messages", args=[version.pk])
    reader = client_of("evaluator", "H60.02")
    assert "Đặt cấu trúc" not in reader.get(page).content.decode()
    client = client_of("operator", "H60.02")
    text = client.get(page).content.decode()
    assert "Yêu cầu gửi tới hệ thống nguồn" in text
    assert "từ chối với mã 422" in text
    place = f"{version.operations.get(code='report').pk}:request"
    fields = {"place": place, "profile": profile.pk, "since": "", "reason": "", "seen": 0}
    assert reader.post(page, fields).status_code == 403
    wrong = client.post(page, fields)
    assert "Ghi lý do đổi" in wrong.content.decode()
    assert not ProfileUse.objects.exists()
    assert client.post(page, {**fields, "reason": "Quy chuẩn mới"}).status_code == 302
    assert rows()["report"].request_profile.version == "1"
    listed = client.get(reverse("admin:catalog_messageprofile_change", args=[profile.pk])).content.decode()
    assert page in listed


def test_pages_cost_the_same_whatever_the_number(draft: Drafts) -> None:
    version = draft()

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            for item in places_of(version):
                str(item.today.profile if item.today else "")
        return len(queries)

    use(version, structure())
    one = cost()
    set_profile_use(actor=JOB, operation=report(version), direction="request", profile=structure("2"))
    assert cost() == one == 2


# -- the form of a structure and that of the messages -------------------------------------------------
XSD = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a" type="xs:string"/></xs:schema>"""


def xsd(version: str = "x1") -> MessageProfile:
    return structure(version, form="xsd", schema=None, xsd=XSD)


def of_form(version: ServiceVersion, form: str) -> ServiceVersion:
    return change_version(actor=JOB, version=version, message_form=form)


@pytest.mark.parametrize(("form", "fits"), [("json", {"json"}), ("xml", {"xsd"}), ("raw", {"json", "xsd"})])
def test_a_structure_is_bound_only_where_it_can_judge(draft: Drafts, form: str, fits: set[str]) -> None:
    version = of_form(draft(), form)
    for profile in (structure(), xsd()):
        if profile.form in fits:
            assert use(version, profile).profile == profile
            continue
        with pytest.raises(InvalidInput) as refused:
            use(version, profile)
        names = ("XML", "JSON") if form == "json" else ("JSON", "XML")
        assert refused.value.errors["profile"] == [
            f"Cấu trúc này kiểm tra thông điệp dạng {names[0]}, còn hệ thống nguồn của phiên bản dùng dạng {names[1]}"
        ]
        assert not ProfileUse.objects.filter(profile=profile).exists()


def test_the_form_does_not_change_under_a_structure(draft: Drafts) -> None:
    version = draft()
    use(version, structure())
    with pytest.raises(InvalidInput) as refused:
        of_form(version, "xml")
    (said,) = refused.value.errors["message_form"]
    assert said.startswith("Cấu trúc thông điệp của «")
    of_form(version, "raw")
    use(version, None)
    assert of_form(version, "xml").message_form == "xml"
    use(version, xsd())
    publish_version(actor=JOB, version=version)
    with pytest.raises(InvalidInput):
        of_form(version, "json")
    assert ServiceVersion.objects.get(pk=version.pk).message_form == "xml"


def test_a_planned_structure_counts_too(draft: Drafts) -> None:
    version = draft()
    publish_version(actor=JOB, version=version)
    use(version, structure(), since=clock.today() + timedelta(days=9), reason="Áp dụng sau")
    with pytest.raises(InvalidInput):
        of_form(version, "xml")


def test_what_a_soap_provider_answers_is_judged_as_json(draft: Drafts) -> None:
    version = of_form(draft(), "xml")
    operation = version.operations.get(code="communes")
    soap = {
        "soap_version": "1.1",
        "soap_namespace": "urn:nguon",
        "soap_request": "TraCuu",
        "soap_response": "TraCuuResponse",
    }
    values = {name: getattr(operation, name) for name in ("code", "title", "method", "template", "record_path")}
    fields = fields_of(operation)
    use(version, xsd())
    with pytest.raises(InvalidInput) as refused:
        set_operation(actor=JOB, version=version, operation=operation, elements=fields, **values, **soap)
    assert refused.value.errors["soap_version"] == [
        "Thao tác đang theo cấu trúc XSD; bỏ áp dụng cấu trúc đó trước khi khai SOAP"
    ]
    use(version, None)
    set_operation(actor=JOB, version=version, operation=operation, elements=fields, **values, **soap)
    with pytest.raises(InvalidInput) as refused:
        use(version, xsd("x2"))
    assert refused.value.errors["profile"] == [
        "Hệ thống nguồn trả lời thao tác này bằng SOAP nên thông điệp được kiểm tra dạng JSON"
    ]
    assert use(version, structure()).profile is not None
