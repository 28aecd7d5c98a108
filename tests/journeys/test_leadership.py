"""D1 in the browser: one click after signing in, fit narrow and dark, no serious accessibility fault, few bytes."""

import gzip
from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from playwright.sync_api import Page, expect

from tests.journeys.conftest import World
from tests.journeys.judging import SIZES, Look, Watch, faults_of

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("pages"), pytest.mark.clause("QC14.5")]
PAGES = ("", "?ky=nam-nay", "chi-tieu/ho-so/", "can-chi-dao/", "xep-hang/", "xep-hang/?sap-xep=-ket-noi")
#: ux.md §6.4: HTML and everything of a first view, packed.
HTML_BYTES, VIEW_BYTES = 30 * 1024, 150 * 1024


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_leadership_is_one_click_away(world: World, keep: Callable[[Page, str], None]) -> None:
    page = world.context().new_page()
    world.sign_in(page, "province_leader")
    page.get_by_role("link", name="Điều hành", exact=True).click()
    expect(page.get_by_role("heading", name="Điều hành", level=1)).to_be_visible()
    assert page.locator(".figure-tiles > li").count() == 6
    assert page.locator(".chart-figure").count() == 3
    expect(page.get_by_text("Số liệu đến")).to_be_visible()
    keep(page, "leadership-first-click")
    # The navigation is folded away on a phone: there the start page itself leads on.
    page.set_viewport_size({"width": 360, "height": 640})
    page.goto("/co-quan/")
    page.get_by_role("link", name="Tình hình và việc cần chỉ đạo").click()
    expect(page.get_by_role("heading", name="Điều hành", level=1)).to_be_visible()
    page.context.close()


@pytest.mark.heavy
def test_every_page_of_the_room_is_fit_for_everyone(world: World, keep: Callable[[Page, str], None]) -> None:
    context = world.context()
    page = context.new_page()
    world.sign_in(page, "province_leader")
    watch, faults = Watch(page, world.url), []
    for number, address in enumerate(PAGES):

        def kept(look: Look, number: int = number) -> None:
            keep(page, f"leadership-{number}-{look[0]}-{look[1]}")

        faults += faults_of(page, watch, f"/dieu-hanh/{address}", [*SIZES, (360, "light")], kept)
    context.close()
    assert faults == []


@pytest.mark.heavy
def test_a_first_view_stays_within_its_bytes(world: World) -> None:
    context = world.context()
    page = context.new_page()
    world.sign_in(page, "province_leader")
    fresh = world.context(storage_state=context.storage_state())
    first, sizes = fresh.new_page(), {}
    first.on("response", lambda answer: sizes.update({answer.url: len(gzip.compress(answer.body()))}))
    first.goto("/dieu-hanh/")
    first.wait_for_load_state("networkidle")
    context.close()
    fresh.close()
    assert all(url.startswith(world.url) for url in sizes)
    assert sizes[f"{world.url}/dieu-hanh/"] <= HTML_BYTES
    assert len(sizes) > 4
    assert sum(sizes.values()) <= VIEW_BYTES
