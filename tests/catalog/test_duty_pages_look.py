"""The pages of documents, direct sharing, wrong data and freshness in a real browser (ux.md U1, U15)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page

from accounts.models import Agency
from accounts.services.calendar import load_calendar
from catalog.models import DataService, TechnicalDocument
from catalog.services import data_errors, document_releases, exceptions
from core import clock
from core.actor import Actor
from tests.catalog.conftest import JOB
from tests.connections.test_connection_page_look import look, opened
from tests.journeys.conftest import browser, keep

__all__ = ["browser", "keep"]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("browser"),
    pytest.mark.django_db(transaction=True),
    pytest.mark.clause("QC14.7", "QC11.8", "QC11.4"),
]


def fill(
    published: DataService, document: Callable[..., TechnicalDocument], people: Callable[..., Actor], body: Agency
) -> tuple[TechnicalDocument, Any, Any]:
    """Put one thing of each kind into the database: overdue where that can be."""
    load_calendar(actor=JOB)
    late = clock.today() - timedelta(days=40)
    DataService.objects.filter(pk=published.pk).update(update_every_days=7, data_updated_on=late)
    document("Quy chế an toàn thông tin nội bộ", "internal")
    found = document("Hướng dẫn tích hợp chi tiết dịch vụ đơn vị hành chính", "restricted", service=published)
    document_releases.release_to_agency(actor=JOB, document=found, agency=body, reason="Đã chấp thuận")
    days = {"decided_on": late, "valid_from": late, "valid_to": clock.today(), "review_on": late}
    texts = {"data": "Danh sách vị trí việc làm", "why": "Nguồn chưa có giao diện", "authority": "UBND tỉnh"}
    basis = {"legal_basis": "Khoản 8 Điều 11 Quy chế", "decision_number": "01/QĐ-UBND"}
    case = exceptions.enter_sharing(actor=JOB, provider=published.provider, receiver=body, **days, **texts, **basis)
    officer, provider = people("agency_officer"), people("provider_officer", "H60.03")
    report = data_errors.file_error(actor=officer, service=published, wrong="Tên xã cũ sau sắp xếp")
    data_errors.answer_error(actor=provider, report=report, answer="more", text="Cần tên xã")
    return found, case, report


@pytest.mark.heavy
def test_the_pages_are_fit_for_everyone(
    live_server: Any,
    browser: Browser,
    keep: Callable[[Page, str], None],
    published: DataService,
    document: Callable[..., TechnicalDocument],
    people: Callable[..., Actor],
    agency: Callable[..., Agency],
    client_of: Callable[..., Client],
) -> None:
    found, case, report = fill(published, document, people, agency("H60.90"))
    room = "admin:catalog"
    sides = {
        ("agency_officer", "H60.90"): {
            "documents": reverse("documents"),
            "document": reverse("document", args=[found.pk]),
            "direct-sharing": reverse("direct_sharing"),
            "data-errors": reverse("data_errors"),
            "data-error": reverse("data_error", args=[report.code]),
            "data-error-new": f"{reverse('new_data_error')}?dich-vu={published.code}",
            "service-notes": reverse("data_service", args=[published.code]),
        },
        ("provider_officer", "H60.03"): {
            "document-new": reverse("new_document"),
            "freshness": reverse("freshness"),
            "mark-updated": reverse("mark_updated", args=[published.code]),
        },
        ("operator", "H60.02"): {
            "staff-document": reverse(f"{room}_technicaldocument_change", args=[found.pk]),
            "staff-documents": reverse(f"{room}_technicaldocument_changelist"),
            "staff-sharing-list": reverse(f"{room}_directsharing_changelist"),
            "staff-sharing": reverse(f"{room}_directsharing_change", args=[case.pk]),
            "staff-data-errors": reverse(f"{room}_dataerrorreport_changelist"),
            "staff-version-new": f"{reverse(f'{room}_documentversion_add')}?document={found.pk}",
        },
    }
    faults: list[str] = []
    for (role, code), pages in sides.items():
        context = opened(browser, live_server.url, client_of(role, code))
        page = context.new_page()
        for name, address in pages.items():
            faults += look(page, live_server.url, keep, name, address)
        context.close()
    assert faults == []
