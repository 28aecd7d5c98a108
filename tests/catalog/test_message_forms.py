"""Which form a source system takes is entered with its version, and reaches the broker (QC6.3)."""

from collections.abc import Callable

import pytest
from django.test import Client

from audit.models import Fact
from catalog.models import ServiceVersion
from catalog.projection import load_services
from catalog.services.versions import change_version, publish_version
from tests.catalog.conftest import JOB
from tests.catalog.test_service_portal import HOME, Drafts, Officers, officer, sent, text_of
from tests.catalog.test_staff_pages import ROOM, staff

__all__ = ["officer", "staff"]
OPERATION = {"title": "Gửi", "code": "report", "method": "POST", "template": "/reports"}


def test_a_provider_says_what_its_system_takes(officer: Officers, draft: Drafts) -> None:
    client, version = officer(), draft()
    page = f"{HOME}{version.service.code}/v1/"
    assert "Hệ thống nguồn nhận: JSON; yêu cầu nén gzip: không nhận" in text_of(client, page)
    bounds = {"max_request_bytes": "4096", "revision": version.revision}
    sent(client, f"{page}sua/", **bounds, message_form="xml", accepts_gzip="on")
    stored = ServiceVersion.objects.get()
    assert (stored.message_form, stored.accepts_gzip) == ("xml", True)
    assert Fact.objects.filter(deed="version.changed").latest("pk").after["message_form"] == "xml"
    assert "Hệ thống nguồn nhận: XML; yêu cầu nén gzip: nhận" in text_of(client, page)
    sent(client, f"{page}thao-tac/", **OPERATION, xml_root="HoSo")
    assert "gốc XML HoSo" in text_of(client, page)
    assert 'value="HoSo"' in text_of(client, f"{page}thao-tac/report/")


@pytest.mark.parametrize("root", ["ho so", "1a", "a:b", "<a>", "hồ_sơ"])
def test_a_root_that_is_no_name_comes_back_as_typed(root: str, officer: Officers, draft: Drafts) -> None:
    client, version = officer(), draft()
    page = client.post(f"{HOME}{version.service.code}/v1/thao-tac/", {**OPERATION, "xml_root": root})
    text = page.content.decode()
    assert "Tên trường gồm chữ không dấu" in text
    assert root in text or "&lt;a&gt;" in text
    assert version.operations.count() == 1


def test_staff_change_it_on_a_published_version_and_the_broker_hears(
    staff: Callable[..., Client], draft: Drafts
) -> None:
    version = draft()
    publish_version(actor=JOB, version=version)
    client = staff()
    place = f"{ROOM}/serviceversion/{version.pk}/change/"
    shown = client.get(place).content.decode()
    assert "Nhận yêu cầu nén gzip".lower() in shown.lower()
    before = [(row.form, row.inflates) for row in load_services()]
    assert before
    assert set(before) == {("json", False)}
    stored = ServiceVersion.objects.get()
    change_version(actor=JOB, version=stored, message_form="raw", accepts_gzip=True)
    assert {(row.form, row.inflates) for row in load_services()} == {("raw", True)}
