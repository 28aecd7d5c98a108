"""The pages of a connection in a real browser: wide and narrow, light and dark, by keyboard (ux.md U1, U15)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import User
from connections.models import Hold
from connections.services.endings import ask_ending
from connections.services.holds import place_hold
from tests.connections.conftest import Chain
from tests.journeys.conftest import browser, keep
from tests.journeys.judging import SIZES, Look, Watch, faults_of

__all__ = ["browser", "keep"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.clause("Q50-15.4")]
REP, PROVIDER = "agency_representative", "provider_officer"


def opened(browser: Browser, url: str, client: Client) -> BrowserContext:
    """Open a browser in which the person of *client* is signed in."""
    context = browser.new_context(base_url=url, locale="vi-VN", viewport={"width": 1280, "height": 800})
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": url}])
    return context


@pytest.mark.heavy
def test_the_pages_of_a_connection_are_fit_for_everyone(
    live_server: Any,
    browser: Browser,
    keep: Callable[[Page, str], None],
    chain: Chain,
    person: Any,
    actor: Any,
    signed_in: Callable[[User], Client],
) -> None:
    chain.users[PROVIDER] = person("cung-cap@lgsp.example", chain.provider, PROVIDER)
    chain.actors[PROVIDER] = actor(chain.users[PROVIDER])
    chain.live()
    found, url = chain.connection(), live_server.url
    agency, provider = (opened(browser, url, signed_in(chain.users[role])) for role in (REP, PROVIDER))
    page, theirs = agency.new_page(), provider.new_page()
    faults = look(page, url, keep, "ask_ending", reverse("ask_ending", args=[found.pk]))
    ask_ending(actor=chain.actors[REP], connection=found, reason="Thay bằng hệ thống khác")
    faults += look(theirs, url, keep, "provider-place_hold", reverse("place_hold", args=[found.pk, "cung-cap"]))
    faults += look(page, url, keep, "agency-place_hold", reverse("place_hold", args=[found.pk, "co-quan"]))
    page.get_by_label("Lý do").focus()
    page.keyboard.type("Nâng cấp phần mềm")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã tạm dừng kết nối.")).to_be_visible()
    assert Hold.objects.get().reason == "Nâng cấp phần mềm"
    place_hold(actor=chain.actors[PROVIDER], connection=found, side="provider", reason="Kiểm kê dữ liệu")
    faults += judged(page, url, keep, "connection-agency", found.pk, "co-quan")
    faults += judged(theirs, url, keep, "connection-provider", found.pk, "cung-cap")
    for name in ("withdraw_ending", "replace_contact"):
        faults += look(page, url, keep, name, reverse(name, args=[found.pk]))
    agency.close()
    provider.close()
    desk = opened(browser, url, signed_in(chain.users["operator"]))
    page = desk.new_page()
    working = reverse("admin:connections_connectionrequest_change", args=[chain.request.pk])
    faults += look(page, url, keep, "connection-desk", working)
    for step in ("decline_ending", "replace_duty", "terminate"):
        address = reverse(f"admin:connections_request_{step}", args=[chain.request.pk])
        faults += look(page, url, keep, f"connection-desk-{step}", address)
    desk.close()
    assert faults == []


def judged(page: Page, url: str, keep: Callable[[Page, str], None], name: str, pk: int, side: str) -> list[str]:
    """Judge the list, the page, and how a side resumes."""
    faults = look(page, url, keep, f"{name}-list", reverse("connections"))
    faults += look(page, url, keep, name, reverse("connection", args=[pk]))
    return faults + look(page, url, keep, f"{name}-lift_hold", reverse("lift_hold", args=[pk, side]))


def look(page: Page, url: str, keep: Callable[[Page, str], None], name: str, address: str) -> list[str]:
    """Judge one page in both looks."""
    watch = Watch(page, url)

    def kept(seen: Look) -> None:
        keep(page, f"{name}-{seen[0]}{'' if seen[1] == 'light' else '-dark'}")

    return faults_of(page, watch, address, SIZES, kept)
