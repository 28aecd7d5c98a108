"""The provider's pages in a real browser: wide and narrow, light and dark; a description applied by hand."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from accounts.models import Agency, User
from catalog.models import ApiDescription, Operation, ServiceVersion
from catalog.services.upstreams import set_upstream
from catalog.services.versions import deprecate_version, move_version, publish_version
from core import clock
from tests.catalog.conftest import JOB
from tests.catalog.openapi_samples import PLOTS, as_bytes, put
from tests.connections.test_connection_page_look import look, opened
from tests.core.certificate_makers import Authority
from tests.journeys.conftest import browser, keep

__all__ = ["browser", "keep"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.clause("QC11.2")]


@pytest.mark.heavy
def test_the_provider_s_pages_are_fit_for_everyone(
    live_server: Any,
    browser: Browser,
    keep: Callable[[Page, str], None],
    draft: Callable[..., ServiceVersion],
    agency: Callable[..., Agency],
    person: Callable[..., User],
    signed_in: Callable[[User], Client],
    tmp_path: Path,
) -> None:
    publish_version(actor=JOB, version=draft(code="communes", provider="H60.07", title="Danh mục xã, phường"))
    version, url = draft(), live_server.url
    move_version(actor=JOB, version=version, step="ask")
    move_version(actor=JOB, version=version, step="give_back", reason="Ghi rõ phạm vi dữ liệu")
    officer = opened(browser, url, signed_in(person("cung-cap@lgsp.example", agency("H60.03"), "provider_officer")))
    page, code = officer.new_page(), version.service.code
    faults = []
    authority = Authority("CA Sở Nông nghiệp và Môi trường")
    pair = authority.client("nen-tang.tuyenquang.gov.vn")
    secured = set_upstream(
        actor=JOB,
        version=version,
        environment="live",
        place=2,
        base_url="https://10.20.30.40:8443/api",
        tls_name="api.sonnmt.example",
        ca_pem=authority.pem,
        client_certificate=pair.pem,
        client_key=pair.key,
    )
    for name, arguments in (
        ("own_services", []),
        ("register_service", []),
        ("own_service", [code]),
        ("change_own_service", [code]),
        ("own_version", [code, "v1"]),
        ("own_operation", [code, "v1", "communes"]),
        ("own_operation_soap", [code, "v1", "communes"]),
        ("remove_own_operation", [code, "v1", "communes"]),
        ("add_own_upstream", [code, "v1"]),
        ("own_upstream", [code, "v1", secured.pk]),
        ("own_version_step", [code, "v1", "ask"]),
        ("hand_in_description", [code, "v1"]),
    ):
        faults += look(page, url, keep, name, reverse(name, args=arguments))
    bad, good = tmp_path / "loi.json", tmp_path / "mo-ta.json"
    bad.write_bytes(as_bytes(put((*PLOTS, "responses"), {"404": {"description": "Không có"}})))
    document = put((*PLOTS, "summary"), "Danh sách thửa đất theo xã")
    good.write_bytes(as_bytes(document))
    for number, file in enumerate((bad, good)):
        page.goto(reverse("hand_in_description", args=[code, "v1"]))
        page.get_by_label("Tệp mô tả OpenAPI hoặc WSDL").set_input_files(file)
        page.get_by_role("button", name="Xem khác biệt").click()
        expect(page.get_by_role("heading", name="Khác biệt theo tệp mô tả")).to_be_visible()
        faults += look(page, url, keep, f"own_description-{number}", page.url)
    page.get_by_role("button", name="Áp dụng vào bản nháp").click()
    expect(page.get_by_text("Đã áp dụng mô tả vào phiên bản v1")).to_be_visible()
    assert set(Operation.objects.filter(version=version).values_list("code", flat=True)) == {"list-plots", "get-plot"}
    officer.close()
    desk = opened(
        browser, url, signed_in(person("van-hanh@lgsp.example", agency("H60.02", is_operator=True), "operator"))
    )
    page, live = desk.new_page(), ServiceVersion.objects.get(service__code="communes")
    steps = "admin:catalog_serviceversion"
    for name, arguments in (
        (f"{steps}_deprecate", [live.pk]),
        (f"{steps}_hand_in", [version.pk]),
        (f"{steps}_description", [version.pk, ApiDescription.objects.get().pk]),
        (f"{steps}_change", [version.pk]),
    ):
        faults += look(page, url, keep, name.replace(":", "-"), reverse(name, args=arguments))
    later = clock.today() + timedelta(days=60)
    deprecate_version(actor=JOB, version=live, sunset_on=later, reason="Thay bằng phiên bản mới")
    faults += look(page, url, keep, "service-sunset", reverse("data_service", args=["communes"]))
    desk.close()
    assert faults == []
