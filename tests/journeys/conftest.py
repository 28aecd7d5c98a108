"""A real browser against the real product: live server, real register, sample people, their second step."""

import os
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.journeys.loaded import sample_people
from tests.journeys.product import Product, running

# Playwright's sync API runs an event loop in this thread, which Django would mistake for async code of ours.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
# Chromium renders two hidden pages of its own address bar for every window; of several such switches the last holds,
# so those that Playwright needs stand here too.
WITHOUT = (
    "WebUIOmniboxPopup,WebUIOmniboxAimPopup,AvoidUnnecessaryBeforeUnloadCheckSync,DestroyProfileOnBrowserClose,"
    "HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,ThirdPartyStoragePartitioning,"
    "OptimizationHints,AimEnabled,PreconnectToSearch"
)
SWITCHES.append(f"--disable-features={WITHOUT}")
# Painting nobody looks at: by one thread, whole at once, animations along with everything else.
SWITCHES += ["--num-raster-threads=1", "--disable-partial-raster", "--disable-checker-imaging"]
SWITCHES.append("--disable-threaded-animation")


class Opened:
    """The Chromium the launcher found, one for all tests that follow each other with it."""

    def __init__(self) -> None:
        self._held = ExitStack()
        self._browser: Browser | None = None

    def browser(self) -> Browser:
        """Return it, started where it is not."""
        if self._browser is None:
            playwright = self._held.enter_context(sync_playwright())
            path = os.environ["CHROMIUM_PATH"]
            self._browser = playwright.chromium.launch(executable_path=path, args=SWITCHES)
            self._held.callback(self._browser.close)
        return self._browser

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, nextitem: pytest.Item | None) -> Generator[None]:
        """End it where the next test has no use for it: its event loop lets no other run in the process."""
        try:
            return (yield)
        finally:
            if "browser" not in getattr(nextitem, "fixturenames", ()):
                self._browser = None
                self._held.close()


OPENED = Opened()


@pytest.fixture
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """A browser without a window; whatever a test opens goes with it."""
    plugins = request.config.pluginmanager
    if not plugins.is_registered(OPENED):
        plugins.register(OPENED)
    opened = OPENED.browser()
    yield opened
    for context in opened.contexts:
        context.close()


@pytest.fixture
def product(transactional_db: None, settings: Any, tmp_path: Path) -> Iterator[Product]:
    """The product as it runs, in processes of its own on the test's database."""
    settings.DATA_DIR = tmp_path
    with running(tmp_path) as running_product:
        yield running_product


@dataclass
class World:
    """The running product and its sample people by role."""

    url: str
    people: dict[str, dict[str, Any]]
    browser: Browser

    def context(
        self, *, width: int = 1280, height: int = 800, scheme: str = "light", **options: Any
    ) -> BrowserContext:
        """Open a fresh browser profile of a given size and theme."""
        return self.browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            locale="vi-VN",
            base_url=self.url,
            **options,
        )

    def sign_in(self, page: Page, role: str) -> None:
        """Sign in as the sample person of *role*, by keyboard, with the second step where they have one."""
        found = self.people[role]
        page.goto("/dang-nhap/")
        page.fill("input[name=login]", found["email"])
        page.fill("input[name=password]", found["password"])
        page.keyboard.press("Enter")
        if found["totp_secret"]:
            page.wait_for_selector("input[name=code]")
            page.fill("input[name=code]", fresh_code(found["totp_secret"]))
            page.keyboard.press("Enter")
        page.wait_for_url("**/co-quan/")


_SPENT: set[tuple[str, int]] = set()


def fresh_code(secret: str) -> str:
    """Return six digits an authenticator would show about now and that were not given before."""
    while True:
        _before, now, after = yield_hotp_counters_from_time()
        for counter in (now, after):
            if (secret, counter) not in _SPENT:
                _SPENT.add((secret, counter))
                return format_hotp_value(hotp_value(secret, counter))
        sleep(1)


@pytest.fixture
def world(live_server: Any, browser: Browser, settings: Any, tmp_path: Path) -> World:
    """Load the register, the calendar and the sample people, and start serving."""
    settings.DATA_DIR = tmp_path
    rows = sample_people(tmp_path)
    return World(live_server.url, {row["role"]: row for row in reversed(rows)}, browser)


@pytest.fixture
def keep(request: pytest.FixtureRequest) -> Callable[[Page, str], None]:
    """Keep a picture of the page when ``--screenshots`` names a folder."""
    folder = request.config.getoption("--screenshots")

    def take(page: Page, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)

    return take
