"""Screens of a campaign and its statements over a month of use made for them; the last accept, close, merge it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from lgsp.demo.people import People

Shot = tuple[str, str, str, str]
REPORTER, OFFICER, OTHER, OTHER_SENDER = "bao-cao.skhcn", "can-bo.snnmt", "can-bo.syt", "dai-dien.syt"
DESK = "/quan-tri/reports/"
RESULT = "desk-campaign-result"
MAKE = "from tests.journeys.past import make_past; make_past()"
REASON = "Chưa nêu kết quả đạt được bằng con số; bổ sung số hồ sơ đã dùng dữ liệu trong kỳ"


def campaign_shots(people: People, data: Path, *, merge: bool) -> Iterator[Shot]:
    """Give the pictures of the portal in *data*; with *merge* also of the result, after which the others are gone."""
    reporter = people.by_name(REPORTER)
    if "DBC-" not in reporter.open(f"{DESK}campaign/").text:
        subprocess.run([sys.executable, "run", "manage", "--data", str(data), "shell", "-c", MAKE], check=True)
        compare = reporter.open(f"{_below(reporter.open(f'{DESK}campaign/').link('DBC-'))}/doi-chieu/")
        statement = reporter.open(compare.link("Sở Y tế"))
        reporter.fill(statement.link("Trả lại để sửa"), "Trả lại để sửa", reason=REASON)
    campaign = reporter.open(f"{DESK}campaign/").link("DBC-")
    if "Đang thu báo cáo" in reporter.open(campaign).text:
        yield from _while_it_runs(people, campaign)
        if not merge:
            return
        _merge(people, campaign)
    yield RESULT, REPORTER, f"{_below(campaign)}/ket-qua/", "Kết quả tổng hợp của một đợt"


def _while_it_runs(people: People, campaign: str) -> Iterator[Shot]:
    reporter, other = people.by_name(REPORTER), people.by_name(OTHER)
    mine, theirs = (who.open("/bao-cao-khai-thac/").link("Khai thác") for who in (people.by_name(OFFICER), other))
    compare = f"{_below(campaign)}/doi-chieu/"
    differs = reporter.open(compare).link("Sở Nông nghiệp")
    yield "statement", OFFICER, mine, "Một báo cáo khai thác đã nộp"
    yield "statement-returned", OTHER, theirs, "Báo cáo khai thác được trả lại để sửa"
    yield "statement-fill", OTHER, f"{theirs}khai/", "Khai báo cáo khai thác, số liệu điền sẵn theo nhật ký"
    yield "statement-check", OTHER_SENDER, f"{theirs}kiem-tra/", "Kiểm tra và nộp báo cáo khai thác"
    yield "desk-campaign-add", REPORTER, f"{DESK}campaign/add/", "Soạn một đợt thu báo cáo khai thác"
    yield "desk-campaign", REPORTER, campaign, "Một đợt thu báo cáo khai thác tại Sở"
    yield "desk-campaign-compare", REPORTER, compare, "Đối chiếu số khai với nhật ký"
    yield "desk-campaign-late", REPORTER, f"{_below(campaign)}/nop-muon/", "Danh sách nộp muộn, chưa nộp"
    yield "desk-campaign-extend", REPORTER, f"{_below(campaign)}/gia-han/", "Gia hạn nộp"
    yield "desk-statements", REPORTER, f"{DESK}statement/", "Báo cáo khai thác của các cơ quan"
    yield "desk-statement", REPORTER, differs, "Một báo cáo khai thác tại Sở, số khai cạnh nhật ký"
    back = reporter.open(differs).link("Trả lại để sửa")
    yield "desk-statement-return", REPORTER, back, "Trả lại báo cáo khai thác để sửa"


def _merge(people: People, campaign: str) -> None:
    reporter = people.by_name(REPORTER)
    statement = reporter.open(reporter.open(f"{_below(campaign)}/doi-chieu/").link("Sở Nông nghiệp"))
    reporter.send(reporter.open(statement.link("Chấp nhận báo cáo")), "Chấp nhận báo cáo")
    for step in ("Đóng đợt báo cáo", "Tổng hợp kết quả"):
        reporter.send(reporter.open(reporter.open(campaign).link(step)), step)


def _below(campaign: str) -> str:
    return campaign.removesuffix("/change/")
