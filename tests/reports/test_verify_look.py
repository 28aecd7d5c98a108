"""The public check of a report in a real browser: wide and narrow, light and dark, a file compared (QC14.5)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from core import files
from reports.services import verification
from tests.connections.test_connection_page_look import look
from tests.journeys.conftest import browser, keep
from tests.reports.conftest import Desk
from tests.reports.published import published

__all__ = ["browser", "keep"]
pytestmark = [pytest.mark.heavy, pytest.mark.browser, pytest.mark.xdist_group("browser"), pytest.mark.clause("QC14.5")]


def test_anybody_compares_a_file_with_what_was_published(
    live_server: Any,
    browser: Browser,
    keep: Callable[[Page, str], None],
    desk: Desk,
    tmp_path: Path,
    monkeypatch: Any,
) -> None:
    monkeypatch.setattr(verification, "take_try", lambda *args, **kwargs: None)
    run = published(desk)
    file = tmp_path / "Báo cáo LGSP tháng 11.docx"
    file.write_bytes(files.fetch(run.sha256))
    address = reverse("verify_report", args=[run.code])
    page = browser.new_context(base_url=live_server.url, locale="vi-VN").new_page()
    faults = look(page, live_server.url, keep, "verify_report_entry", reverse("verify_report_entry"))
    faults += look(page, live_server.url, keep, "verify_report", address)
    page.set_viewport_size({"width": 360, "height": 640})
    for content, said in ((file.read_bytes(), "Trùng với tệp đã phát hành"), (b"other", "Không trùng với tệp nào")):
        page.goto(address)
        file.write_bytes(content)
        page.set_input_files("[name=file]", file)
        page.get_by_role("button", name="So với bản đã phát hành").click()
        expect(page.get_by_text(said)).to_be_visible()
        keep(page, f"verify_report-compared-{len(content)}-360")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert faults == []
