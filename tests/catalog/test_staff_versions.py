"""Staff pages of a version: answering the provider, announcing the end, descriptions with their difference."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Agency, User
from audit.models import Fact
from catalog.models import ApiDescription, Operation, ServiceVersion
from catalog.selectors.workbench import tasks_for
from catalog.services.version_endings import end_versions
from catalog.services.versions import deprecate_version, move_version, publish_version
from core import clock
from core.actor import Actor
from tests.catalog.conftest import JOB
from tests.catalog.openapi_samples import as_bytes, sound

ROOM = "/quan-tri/catalog/serviceversion"
Drafts = Callable[..., ServiceVersion]


@pytest.fixture
def staff(
    agency: Callable[..., Agency], person: Callable[..., User], signed_in: Callable[[User], Client]
) -> Callable[..., Client]:
    """A signed-in person of SKHCN."""

    def make(role: str = "operator") -> Client:
        return signed_in(person(f"{role.replace('_', '-')}@lgsp.example", agency("H60.02", is_operator=True), role))

    return make


@pytest.mark.clause("QC11.2")
def test_what_the_provider_asks_is_given_back_with_the_reason_or_published(
    staff: Callable[..., Client], draft: Drafts
) -> None:
    version, client = draft(), staff()
    page = f"{ROOM}/{version.pk}"
    move_version(actor=JOB, version=version, step="ask")
    text = client.get(f"{page}/change/").content.decode()
    for part in ("Trả lại để hoàn thiện", "Công bố phiên bản"):
        assert part in text
    for part in ("Rút đề nghị công bố", "Đề nghị công bố<"):
        assert part not in text
    assert "Nhập lý do" in client.post(f"{page}/viec/give_back/", {"reason": " "}).content.decode()
    assert ServiceVersion.objects.get().state == "awaiting"
    assert client.post(f"{page}/viec/give_back/", {"reason": "Ghi rõ phạm vi"}).status_code == 302
    assert ServiceVersion.objects.get().state == "draft"
    move_version(actor=JOB, version=version, step="ask")
    assert client.post(f"{page}/viec/publish/").status_code == 302
    assert ServiceVersion.objects.get().state == "published"


@pytest.mark.clause("QC11.2")
def test_the_end_is_announced_with_day_and_reason_on_one_page(staff: Callable[..., Client], draft: Drafts) -> None:
    version, client = publish_version(actor=JOB, version=draft()), staff()
    page, later = f"{ROOM}/{version.pk}/viec/deprecate/", clock.today() + timedelta(days=40)
    assert "vẫn được gọi như thường" in client.get(page).content.decode()
    wrong = client.post(page, {"sunset_on": f"{clock.today():%d/%m/%Y}", "reason": "Thay bằng v2"}).content.decode()
    assert "phải sau hôm nay" in wrong
    assert "Thay bằng v2" in wrong
    assert "Nhập lý do" in client.post(page, {"sunset_on": f"{later:%d/%m/%Y}"}).content.decode()
    assert ServiceVersion.objects.get().state == "published"
    assert client.post(page, {"sunset_on": f"{later:%d/%m/%Y}", "reason": "Thay bằng v2"}).status_code == 302
    found = ServiceVersion.objects.get()
    assert (found.state, found.sunset_on, found.sunset_reason) == ("deprecated", later, "Thay bằng v2")
    assert client.get(page).status_code == 404
    again = client.post(page, {"sunset_on": f"{later:%d/%m/%Y}", "reason": "Lần nữa"})
    assert "không thực hiện được" in again.content.decode()
    assert client.post(f"{ROOM}/{version.pk}/viec/resume/", {"reason": "Còn cần"}).status_code == 302
    assert ServiceVersion.objects.get().sunset_on is None


@pytest.mark.clause("QC11.2")
def test_a_description_goes_through_the_staff_pages(staff: Callable[..., Client], draft: Drafts) -> None:
    version, client = draft(), staff()
    page = f"{ROOM}/{version.pk}/openapi/"
    assert client.get(page).status_code == 200
    bad = client.post(page, {"file": SimpleUploadedFile("a.yaml", b"a: *b")})
    assert "Bí danh" in bad.content.decode()
    done = client.post(page, {"file": SimpleUploadedFile("a.json", as_bytes(sound()))})
    shown = client.get(done["Location"])
    assert "Áp dụng vào bản nháp" in shown.content.decode()
    assert "Phiên bản vừa thay đổi" in client.post(done["Location"], {"seen": "x"}).content.decode()
    assert set(Operation.objects.values_list("code", flat=True)) == {"communes"}
    assert client.post(done["Location"], {"seen": shown.context["difference"].seen}).status_code == 302
    assert set(Operation.objects.values_list("code", flat=True)) == {"get-plot", "list-plots"}
    assert "a.json" in client.get(f"{ROOM}/{version.pk}/change/").content.decode()


@pytest.mark.clause("QC4.4")
def test_the_staff_form_of_an_operation_points_to_what_is_shared(staff: Callable[..., Client], draft: Drafts) -> None:
    publish_version(actor=JOB, version=draft(code="communes", provider="H60.07", title="Danh mục xã"))
    mine = draft(code="mine").operations.get()
    text = staff().get(f"/quan-tri/catalog/operation/{mine.pk}/change/").content.decode()
    assert "Dữ liệu đã được chia sẻ" in text
    assert "Danh mục xã" in text


@pytest.mark.parametrize("role", ["evaluator", "department_leader", "inspector"])
def test_those_who_only_read_change_nothing(staff: Callable[..., Client], draft: Drafts, role: str) -> None:
    version, client = draft(), staff("operator")
    client.post(f"{ROOM}/{version.pk}/openapi/", {"file": SimpleUploadedFile("a.json", as_bytes(sound()))})
    found, reader = ApiDescription.objects.get(), staff(role)
    publish_version(actor=JOB, version=version)
    facts = Fact.objects.count()
    page = f"{ROOM}/{version.pk}/openapi/{found.pk}/"
    shown = reader.get(page)
    assert shown.status_code == 200
    assert "Lập phiên bản mới</button>" not in " ".join(shown.content.decode().split())
    assert reader.post(page, {"seen": shown.context["difference"].seen}).status_code == 403
    for other in (f"{ROOM}/{version.pk}/openapi/", f"{ROOM}/{version.pk}/viec/deprecate/"):
        assert reader.get(other).status_code == 403
        assert reader.post(other, {"reason": "x", "sunset_on": "01/01/2030"}).status_code == 403
    assert reader.get(f"{ROOM}/999999/openapi/").status_code in (403, 404)
    assert Fact.objects.count() == facts


def test_what_waits_stands_on_the_workbench(
    draft: Drafts, people: Callable[..., Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    officer, operator = people("provider_officer", "H60.03"), people("operator", "H60.02")
    version = draft()
    assert any("Hoàn thiện dịch vụ" in str(task.title) for task in tasks_for(officer))
    move_version(actor=JOB, version=version, step="ask")
    assert tasks_for(officer) == []
    assert any("Xem đề nghị công bố" in str(task.title) for task in tasks_for(operator))
    publish_version(actor=JOB, version=version)
    deprecate_version(actor=JOB, version=version, sunset_on=clock.today() + timedelta(days=1), reason="Thay thế")
    assert tasks_for(operator) == []
    after = clock.today() + timedelta(days=2)
    monkeypatch.setattr(clock, "today", lambda: after)
    assert end_versions() == 1
    assert tasks_for(operator) == []
