"""The monthly report, asked for by SKHCN, written by Celery, taken by leadership (QC14.5)."""

import time
from pathlib import Path

from core import clock
from lgsp.demo.browser import Surprise
from lgsp.demo.people import People
from lgsp.demo.telling import Teller

PATIENCE_SECONDS = 90


def make_report(people: People, tell: Teller, folder: Path) -> Path:
    """Ask for the running month's report, wait until it is written, publish it, download it as leadership."""
    reporter, leader, province = people.staff("reporter"), people.staff("leader"), people.staff("province")
    month = f"{clock.today():%m/%Y}"
    with tell.step(f"Lập báo cáo tháng {month}", reporter.name, "QC14.5"):
        address = reporter.fill("/bao-cao/lap/", "Lập báo cáo", preliminary=1).address
        deadline = clock.now().timestamp() + PATIENCE_SECONDS
        while "Tải tệp Word" not in reporter.open(address).text:
            if clock.now().timestamp() > deadline:
                raise Surprise(
                    f"báo cáo chưa lập xong sau {PATIENCE_SECONDS} giây: {reporter.open(address).text[:400]}"
                )
            time.sleep(1)
    with tell.step("Phát hành báo cáo", leader.name, "QC14.5"):
        leader.send(leader.open(leader.open(address).link("Phát hành")), "Phát hành báo cáo")
    with tell.step("Tải báo cáo", province.name, "QC14.5"):
        found = province.client.get(province.open(address).link("Tải tệp Word"))
        if found.status_code != 200 or not found.content.startswith(b"PK"):
            raise Surprise(f"tải báo cáo: {found.status_code}, {len(found.content)} byte")
        path = folder / f"bao-cao-{clock.today():%Y-%m}.docx"
        path.write_bytes(found.content)
    return path
