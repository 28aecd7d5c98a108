"""The campaign that asked agencies how they used data last month: SKHCN compares, asks for a correction (QC15.5)."""

import subprocess
import sys

from lgsp.demo.browser import Surprise
from lgsp.demo.people import People
from lgsp.demo.telling import Teller

DESK = "/quan-tri/reports/"
REASON = "Chưa nêu kết quả đạt được bằng con số; bổ sung số hồ sơ đã dùng dữ liệu trong kỳ"


def ask_agencies(people: People, tell: Teller) -> str:
    """Let last month have been asked about, compare what came, return one statement; give the campaign's code."""
    reporter = people.staff("reporter")
    with tell.step("Thu báo cáo khai thác tháng trước: hai cơ quan đã nộp", reporter.name, "QC15.5"):
        done = subprocess.run([sys.executable, "manage.py", "demo_past"], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Surprise(f"demo_past: {done.stdout}{done.stderr[-2000:]}")
        code = done.stdout.strip().splitlines()[-1]
    with tell.step("Đối chiếu số khai với nhật ký", reporter.name, "QC15.5"):
        campaign = reporter.open(reporter.open(f"{DESK}campaign/").link(code))
        rows = reporter.open(campaign.link("Đối chiếu số khai")).table()
        late = reporter.open(campaign.link("Danh sách nộp muộn")).table()
        if len(rows) != 2 or rows[0]["Chênh lệch"].startswith("0") or len(late) != 3:
            raise Surprise(f"đối chiếu: {rows}; nộp muộn: {late}")
    for row in rows:
        tell.detail(" · ".join(row[name] for name in ("Cơ quan", "Nhật ký", "Khai", "Chênh lệch")))
    tell.detail("Nộp muộn, chưa nộp: " + ", ".join(row["Cơ quan"] for row in late))
    with tell.step("Trả lại một báo cáo để sửa", reporter.name, "QC15.5"):
        statement = reporter.open(reporter.open(campaign.link("Đối chiếu số khai")).link(rows[1]["Cơ quan"]))
        reporter.fill(statement.link("Trả lại để sửa"), "Trả lại để sửa", reason=REASON)
    return code
