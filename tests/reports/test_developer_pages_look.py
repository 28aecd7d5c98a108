"""The developer's pages in a real browser: wide and narrow, light and dark; a copy button that copies."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from connections.models import Grant
from reports.guide.pages import PAGES
from tests.connections.conftest import Chain, chain
from tests.connections.proving import take_key
from tests.connections.test_connection_page_look import look, opened
from tests.journeys.conftest import browser, keep

__all__ = ["browser", "chain", "keep"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.clause("QC14.6")]


@pytest.mark.heavy
def test_the_developer_s_pages_are_fit_for_everyone(
    live_server: Any,
    browser: Browser,
    keep: Callable[[Page, str], None],
    chain: Chain,
    signed_in: Callable[[User], Client],
) -> None:
    chain.set_up()
    take_key(actor=chain.actors["technician"], system=chain.system, environment="sandbox")
    grant, code = Grant.objects.get(), chain.service.code
    page = opened(browser, live_server.url, signed_in(chain.users["technician"])).new_page()
    faults = []
    for name, arguments in (
        ("developer_guides", []),
        *(("developer_guide", [item.slug]) for item in PAGES),
        ("service_reference", [code, "v1"]),
        ("grant_calls", [grant.code, "v1"]),
        ("signature_check", []),
    ):
        address = reverse(name, args=arguments)
        faults += look(page, live_server.url, keep, "-".join([name, *arguments[:1]]), address)
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto(reverse("signature_check"))
    page.fill("[name=address]", f"{live_server.url}/api/data/{code}/v1/communes")
    page.fill("[name=headers]", "Signature-Input: lgsp=()")
    page.fill("[name=signed_text]", '"@method": POST')
    page.get_by_role("button", name="Kiểm tra chữ ký").click()
    expect(page.get_by_role("heading", name="Kết quả")).to_be_visible()
    keep(page, "signature_check-told-360")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert faults == []
