"""The monthly report, asked for by SKHCN, made by Celery, approved, taken by leadership (QC14.5)."""

import time
from pathlib import Path
from typing import Any

from core import clock
from lgsp.demo.browser import Surprise
from lgsp.demo.people import People
from lgsp.demo.telling import Teller

PATIENCE_SECONDS = 90


def make_report(people: People, tell: Teller, folder: Path) -> Path:
    """Ask for the running month's report, wait until it is written, publish it, download it as leadership."""
    reporter, leader, province = people.staff("reporter"), people.staff("leader"), people.staff("province")
    month = f"{clock.today():%m/%Y}"
    today = clock.today()
    with tell.step(f"Lập báo cáo tháng {month}", reporter.name, "QC14.5"):
        asked = {"number": today.month, "year": today.year, "preliminary": 1}
        address = reporter.fill("/bao-cao/lap/", "Lập báo cáo", **asked).address
        _wait(reporter, address, "Trình duyệt báo cáo")
    with tell.step("Trình duyệt báo cáo", reporter.name, "QC14.5"):
        reporter.send(reporter.open(reporter.open(address).link("Trình duyệt báo cáo")), "Trình duyệt báo cáo")
        _wait(reporter, address, "Tải tệp Word")
    with tell.step("Duyệt, phát hành báo cáo", leader.name, "QC14.5"):
        for deed in ("Duyệt báo cáo", "Phát hành báo cáo"):
            leader.send(leader.open(leader.open(address).link(deed)), deed)
    with tell.step("Tải báo cáo", province.name, "QC14.5"):
        found = province.client.get(province.open(address).link("Tải tệp Word"))
        if found.status_code != 200 or not found.content.startswith(b"PK"):
            raise Surprise(f"tải báo cáo: {found.status_code}, {len(found.content)} byte")
        path = folder / f"bao-cao-{clock.today():%Y-%m}.docx"
        path.write_bytes(found.content)
    return path


def _wait(reporter: Any, address: str, shown: str) -> None:
    """Look at the page of the report until Celery has done its part, which *shown* tells."""
    deadline = clock.now().timestamp() + PATIENCE_SECONDS
    while shown not in (page := reporter.open(address)).text:
        if clock.now().timestamp() > deadline:
            raise Surprise(f"báo cáo chưa xong sau {PATIENCE_SECONDS} giây: {page.text[:400]}")
        time.sleep(1)
