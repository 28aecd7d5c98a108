"""Take a picture of every screen of the dossier: 1280 and 360 px, light and dark, with an index page.

    ./run demo --data <new folder> --keep          (leave it running)
    .venv/bin/python -m tests.journeys.screens --data <that folder> --out docs/screens

Brings two more dossiers under way, so that there is one to write, one to complete and one that runs.
"""

import argparse
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from core import clock
from lgsp.demo import filing
from lgsp.demo.browser import Person, Surprise
from lgsp.demo.filing import DESK, Dossier
from lgsp.demo.people import People
from lgsp.demo.telling import Teller
from tests.journeys.alert_screens import alert_shots
from tests.journeys.campaign_screens import RESULT, campaign_shots
from tests.journeys.described_screens import described_shots
from tests.journeys.leadership_screens import leadership_shots
from tests.journeys.small_png import small_png
from tests.journeys.watch_screens import watch_shots
from tests.journeys.yearly_screens import yearly_shots

LOOKS = [(1280, "light"), (1280, "dark"), (360, "light"), (360, "dark")]
TALLEST = 2400
SERVICE = {"administrative-units": 5000}
AGENCY = "snnmt"
OFFICER, SENDER = "can-bo.snnmt", "dai-dien.snnmt"
OPERATOR, SECURITY, LEADER = "van-hanh.skhcn", "an-toan.skhcn", "lanh-dao.skhcn"
INTAKE, EVALUATOR, HEAD = "tiep-nhan.skhcn", "tham-dinh.skhcn", "truong-phong.skhcn"
Shot = tuple[str, str, str, str]  # name of the picture, who, address, what it shows


def under_way(people: People) -> tuple[Dossier, Dossier]:
    """Return a draft and a dossier to complete; those of an earlier run where they are there."""
    draft = Dossier(AGENCY, "Phần mềm quản lý khoáng sản (mẫu)", SERVICE)
    asked = Dossier(AGENCY, "Phần mềm quan trắc môi trường (mẫu)", SERVICE, lacking=True)
    officer = people.of(AGENCY, "officer")
    try:
        for dossier, state in ((draft, "draft"), (asked, "completion_requested")):
            dossier.address = officer.open(f"/ket-noi/?state={state}").link("Kết nối mới")
            dossier.pk = dossier.address.rstrip("/").rsplit("/", 1)[1]
    except Surprise:
        bring_under_way(people, draft, asked)
    return draft, asked


def bring_under_way(people: People, draft: Dossier, asked: Dossier) -> None:
    """File a draft, and a dossier that was completed once and is asked to complete again, with a thread."""
    tell = Teller()
    tell.quiet = True
    for filed in (filing.register_system, filing.file):
        filed(people, tell, draft)
    for filed in (filing.register_system, filing.file, filing.send, filing.receive, filing.evaluate):
        filed(people, tell, asked)
    evaluator, officer = people.staff("evaluator"), people.of(AGENCY, "officer")
    page = evaluator.open(evaluator.open(asked.desk()).link("Yêu cầu hoàn thiện"))
    what = "Chưa nêu thời điểm bảo trì hằng tháng"
    remedy = "Ghi ngày, giờ bảo trì trong phương án vận hành"
    evaluator.send(page, "", **{"points-0-what": what, "points-0-remedy": remedy, "points-0-clause": "QC9.5"})
    written = "Hệ thống có ngừng khi sao lưu hằng tháng không? Nếu có, ghi rõ khung giờ."
    evaluator.fill(asked.desk("trao-doi"), "Gửi trao đổi", text=written)
    officer.fill(f"{asked.address}trao-doi/", "Gửi trao đổi", text="Có, từ 22 giờ đến 23 giờ thứ bảy đầu tháng.")
    evaluator.fill(asked.desk("trao-doi"), "Gửi trao đổi", text="Cảm ơn. Cơ quan ghi khung giờ này vào phương án.")


def running_shots(pk: str, following: str) -> Iterator[Shot]:
    """Give the pictures of what follows go-live, of the connection *pk* and the dossier that changes it."""
    here = f"/ket-noi/dang-mo/{pk}/"
    yield "connections", SENDER, "/ket-noi/dang-mo/", "Kết nối của cơ quan"
    yield "connection", SENDER, here, "Một kết nối đang vận hành"
    yield "connection-hold", SENDER, f"{here}tam-dung/co-quan/", "Tạm dừng kết nối"
    yield "connection-end", SENDER, f"{here}huy/", "Đề nghị hủy kết nối, với tác động"
    yield "connection-contact", SENDER, f"{here}dau-moi/", "Đổi cán bộ kỹ thuật"
    yield "connection-declare", SENDER, f"{here}cam-ket/", "Cam kết an toàn hằng năm"
    yield "following", OFFICER, following, "Hồ sơ thay đổi phạm vi"
    yield "desk-connections", OPERATOR, "/quan-tri/connections/connection/", "Danh sách kết nối tại Sở"
    yield "log-verified", SECURITY, "/quan-tri/audit/verification/", "Nhật ký cuộc gọi: niêm phong và kiểm tra"
    yield "desk-inspections", SECURITY, "/quan-tri/connections/inspection/", "Kiểm tra định kỳ"


def sharing_shots(people: People) -> Iterator[Shot]:
    """Give the pictures of catalogue, use, keys, registries and duties; a basket is begun where none is."""
    officer = people.of(AGENCY, "officer")
    adding = officer.open("/quyen-khai-thac/de-nghi/them/bh-002/")
    basket = adding.link("giỏ đề nghị của hệ thống") if "nằm trong" in adding.text else ""
    basket = basket or officer.send(adding, "Thêm vào giỏ").address.split("dich-vu/")[0]
    grant = officer.open("/quyen-khai-thac/").link("QK-")
    yield "catalogue", "", "/danh-muc/?q=dat+dai", "Danh mục dữ liệu chia sẻ: tìm không dấu"
    yield "service", OFFICER, "/danh-muc/administrative-units/", "Trang dịch vụ"
    yield "basket", SENDER, basket, "Giỏ đề nghị khai thác"
    yield "grants", OFFICER, "/quyen-khai-thac/", "Quyền khai thác"
    yield "grant", OFFICER, grant, "Một quyền: chuỗi điều kiện, sổ đăng ký và bộ trung gian"
    yield "developer", "ky-thuat.snnmt", "/nha-phat-trien/", "Quyền và khóa"
    yield "new-key", "ky-thuat.snnmt", "/nha-phat-trien/H60.07.HT01/khoa/moi/", "Tạo khóa"
    yield "calls", "ky-thuat.snnmt", "/nha-phat-trien/nhat-ky/", "Nhật ký cuộc gọi"
    yield "bundle", "ky-thuat.snnmt", "/nha-phat-trien/nhat-ky/goi-bang-chung/", "Gói bằng chứng của nhật ký"
    yield "calls-watched", SECURITY, "/nha-phat-trien/nhat-ky/", "Nhật ký cuộc gọi của mọi cơ quan"
    yield "bundle-watched", SECURITY, "/nha-phat-trien/nhat-ky/goi-bang-chung/", "Gói bằng chứng, có lý do"
    yield "why", "ky-thuat.snnmt", "/nha-phat-trien/vi-sao/", "Vì sao bị từ chối"
    yield "systems", OFFICER, "/he-thong/", "Hệ thống của cơ quan"
    yield "plans", OPERATOR, "/ke-hoach-ket-noi/", "Kế hoạch kết nối"
    yield "standards", "", "/tieu-chuan/", "Tiêu chuẩn, văn bản áp dụng"
    yield "documents", OFFICER, "/tai-lieu/", "Tài liệu kỹ thuật"
    yield "wishes", OFFICER, "/nhu-cau-du-lieu/", "Nhu cầu dữ liệu"
    yield "loads", OPERATOR, "/tai-dich-vu/", "Tải của dịch vụ"


def developer_shots(people: People) -> Iterator[Shot]:
    """Give the pictures of a developer's first hour; a service is opened in the sandbox where none is."""
    who, sandbox = "ky-thuat.snnmt", "/nha-phat-trien/thu-nghiem/"
    technician = people.by_name(who)
    opening = f"{sandbox}mo-quyen/?service=administrative-units"
    with suppress(Surprise):
        technician.send(technician.open(opening), "Mở quyền gọi thử")
    yield "sandbox", who, sandbox, "Gọi thử: quyền của môi trường thử nghiệm"
    yield "sandbox-start", who, opening, "Mở quyền gọi thử"
    yield "sandbox-try", who, technician.open(sandbox).link("Danh sách"), "Gọi thử một thao tác"
    yield "reference", who, "/danh-muc/administrative-units/api/v1/", "Tài liệu API của một dịch vụ"
    yield "guide", who, "/nha-phat-trien/huong-dan/bat-dau/", "Hướng dẫn: bắt đầu nhanh"
    yield "guide-limits", who, "/nha-phat-trien/huong-dan/gioi-han/", "Hướng dẫn: hạn mức"
    yield "signature", who, "/nha-phat-trien/kiem-tra-chu-ky/", "Kiểm tra chữ ký"
    yield "key", who, technician.open("/nha-phat-trien/").link("ak_"), "Một khóa: lần dùng cuối, thay khóa"
    yield "old-versions", OPERATOR, "/phien-ban-ngung/", "Phiên bản sắp ngừng và ai còn gọi"


def register_shots(people: People) -> Iterator[Shot]:
    """Give the pictures of incidents and violations; one of each is entered where none is."""
    officer, security = people.of(AGENCY, "officer"), people.by_name(SECURITY)
    reporting = "/su-co/bao/?dich-vu=administrative-units"
    listed = officer.open("/su-co/")
    if "SC-" not in listed.text:
        said = "Từ 8 giờ nhiều lượt gọi chậm hơn 10 giây (mẫu)"
        officer.fill(reporting, "Gửi báo sự cố", impact="degraded", text=said)
        listed = officer.open("/su-co/")
    one = listed.link("SC-")
    desk = "/quan-tri/incidents/violation/"
    yield "incident-report", OFFICER, reporting, "Báo sự cố"
    yield "incidents", OFFICER, "/su-co/", "Sự cố của cơ quan"
    yield "incident", OFFICER, one, "Một sự cố"
    yield "desk-incidents", OPERATOR, "/quan-tri/incidents/incident/", "Danh sách sự cố tại Sở"
    yield "desk-incident", SECURITY, security.open(one).link("Xử lý sự cố"), "Xử lý một sự cố"
    yield "desk-incident-open", OPERATOR, "/quan-tri/incidents/incident/mo/", "Mở sự cố"
    case = _violation(security, desk)
    sender = people.by_name(SENDER)
    yield "violations", SENDER, "/vi-pham/", "Vi phạm của cơ quan"
    yield "violation", SENDER, sender.open("/vi-pham/").link("VP-"), "Một vi phạm, chờ giải trình"
    yield "desk-violations", SECURITY, desk, "Danh sách vi phạm tại Sở"
    yield "desk-violation", SECURITY, case, "Xử lý một vi phạm"
    yield "desk-violation-open", SECURITY, f"{desk}mo/", "Ghi nhận vi phạm"


def _violation(security: Person, desk: str) -> str:
    """Return the desk's page of a violation the agency is asked to explain; one is entered where none is."""
    if "VP-" not in security.open(desk).text:
        facts = "Hệ thống gọi 3 lượt với mục đích không được cấp (mẫu); xem nhật ký cuộc gọi."
        page = security.open(f"{desk}mo/")
        made = {"act": "misuse", "agency": "Sở Nông nghiệp", "facts": facts}
        made["from_at"] = f"{clock.local_now():%d/%m/%Y} 00:00"
        asking = security.send(page, "Ghi nhận vi phạm", **made)
        security.send(asking, "Yêu cầu giải trình", text="Giải trình mục đích của các lượt gọi (mẫu).")
    return security.open(desk).link("VP-")


def judged(people: People) -> Iterator[Shot]:
    """File one more dossier and give the pictures of judging and deciding it, each while it stands there."""
    tell = Teller()
    tell.quiet = True
    made = Dossier(AGENCY, "Phần mềm cấp phép môi trường (mẫu)", SERVICE)
    for filed in (filing.register_system, filing.file, filing.send, filing.receive):
        filed(people, tell, made)
    yield "desk-evaluate", EVALUATOR, made.desk("tham-dinh"), "Thẩm định: hồ sơ và tiêu chí"
    yield "desk-request", EVALUATOR, made.desk("yeu-cau-hoan-thien"), "Yêu cầu hoàn thiện"
    filing.evaluate(people, tell, made)
    head, leader = people.staff("head"), people.staff("leader")
    head.send(head.open(head.open(made.desk()).link("Trình phê duyệt")), "", note="Đề nghị chấp thuận")
    yield "desk-approve", LEADER, made.desk("chap-thuan"), "Phê duyệt"
    leader.send(leader.open(leader.open(made.desk()).link("Chấp thuận")), "", note="")
    yield "desk-set-up", OPERATOR, made.desk("thiet-lap"), "Thiết lập môi trường"


def follow_up(people: People, live: str) -> str:
    """Return the dossier that changes the live one, begun where it is not there yet."""
    officer = people.of(AGENCY, "officer")
    return officer.send(officer.open(live), "Lập hồ sơ thay đổi phạm vi").address


def shots(draft: Dossier, asked: Dossier, live: str) -> Iterator[Shot]:
    """Give every picture to take."""
    yield "home", "", "/", "Trang chủ"
    yield "lookup", "", "/tra-cuu/", "Tra cứu hồ sơ"
    yield "workbench", OFFICER, "/co-quan/", "Bàn làm việc của cơ quan"
    yield "notices", OFFICER, "/thong-bao/", "Thông báo"
    yield "requests", OFFICER, "/ket-noi/", "Danh sách hồ sơ"
    yield "requests-none", OFFICER, "/ket-noi/?q=khong+co", "Danh sách hồ sơ: không tìm thấy"
    yield "draft", OFFICER, draft.address, "Hồ sơ đang lập: danh sách phần việc"
    yield "part-contacts", OFFICER, f"{draft.address}phan/co-quan/", "Phần «Cơ quan và đầu mối»"
    yield "part-scope", OFFICER, f"{draft.address}phan/pham-vi/", "Phần «Phạm vi dữ liệu»"
    yield "part-technical", OFFICER, f"{draft.address}phan/ky-thuat/", "Phần «Yêu cầu kỹ thuật»"
    yield "check", SENDER, f"{draft.address}kiem-tra/", "Kiểm tra và gửi"
    yield "sent", SENDER, f"{asked.address}da-gui/", "Xác nhận đã gửi"
    yield "dossier", SENDER, asked.address, "Hồ sơ cần hoàn thiện: tóm tắt"
    yield "answer", SENDER, f"{asked.address}hoan-thien/", "Trả lời yêu cầu hoàn thiện"
    yield "thread", OFFICER, f"{asked.address}trao-doi/", "Trao đổi"
    yield "documents", OFFICER, f"{asked.address}tai-lieu/", "Tài liệu của hồ sơ"
    yield "versions", OFFICER, f"{asked.address}cac-lan-gui/", "Các lần gửi và điểm khác nhau"
    yield "history", OFFICER, f"{asked.address}lich-su/?details=1", "Lịch sử, có chi tiết"
    yield "dossier-live", OFFICER, live, "Hồ sơ đang vận hành"
    yield "trial", OFFICER, f"{live}kiem-thu/", "Biên bản kiểm thử"
    yield "desk-workbench", EVALUATOR, "/co-quan/", "Bàn làm việc của cán bộ thẩm định"
    yield "desk-queue", HEAD, f"{DESK}/", "Hàng đợi hồ sơ của Sở"
    yield "desk-dossier", EVALUATOR, asked.desk(), "Hồ sơ tại Sở"
    yield "desk-thread", EVALUATOR, asked.desk("trao-doi"), "Trao đổi tại Sở"
    yield "desk-versions", EVALUATOR, asked.desk("cac-lan-gui"), "Các lần gửi tại Sở"


class Studio:
    """Browsers of everybody, in every look, signed in once by the demonstration's own person."""

    def __init__(self, browser: Browser, people: People, out: Path) -> None:
        self.browser, self.people, self.out = browser, people, out
        self.contexts: dict[tuple[str, int, str], BrowserContext] = {}
        self.table = browser.new_page()  # where pictures are made small

    def context(self, who: str, width: int, scheme: str) -> BrowserContext:
        """Return a browser of that look; the session is that of the person already inside."""
        key = (who, width, scheme)
        if key not in self.contexts:
            context = self.browser.new_context(
                viewport={"width": width, "height": 800},
                color_scheme="dark" if scheme == "dark" else "light",
                locale="vi-VN",
                base_url=self.people.portal,
            )
            if who:
                kept: Any = self.people.by_name(who).client.cookies.jar
                context.add_cookies(
                    [{"name": item.name, "value": item.value, "url": self.people.portal} for item in kept]
                )
            self.contexts[key] = context
        return self.contexts[key]

    def take(self, shot: Shot) -> bool:
        """Take one screen in every look; False for an address that is not there."""
        name, who, address, _title = shot
        for width, scheme in LOOKS:
            page = self.context(who, width, scheme).new_page()
            answer = page.goto(address)
            if answer is None or answer.status != 200:
                page.close()
                return False
            self.keep(page, f"{name}-{width}-{scheme}", width)
            page.close()
        return True

    def look_up(self, number: str, code: str) -> None:
        """Take the look-up's answer, which is not an address of its own."""
        for width, scheme in LOOKS:
            page = self.context("", width, scheme).new_page()
            page.goto(f"/tra-cuu/?number={number}&code={code}")
            page.get_by_role("button", name="Tra cứu").click()
            page.wait_for_selector("#ket-qua")
            self.keep(page, f"lookup-shown-{width}-{scheme}", width)
            page.close()

    def keep(self, page: Page, name: str, width: int) -> None:
        """Keep a page as a picture of at most ``TALLEST`` pixels, with few colours."""
        path = self.out / f"{name}.png"
        height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
        page.set_viewport_size({"width": width, "height": max(height, 600)})
        path.write_bytes(small_png(self.table, page.screenshot()))


def index(out: Path, taken: list[tuple[str, str]], *, whole: bool) -> None:
    """Write the page that lists the pictures; not *whole*: those taken now have their line, the others stay."""
    page = out / "README.md"
    lines = ["# Màn hình", ""]
    lines += ["Ảnh chụp từ bản trình diễn, ở 1280 và 360 điểm ảnh, nền sáng và nền tối. Cách chụp lại:", ""]
    lines += ["[tests/journeys/screens.py](../../tests/journeys/screens.py).", ""]
    lines += ["| màn hình | 1280 sáng | 1280 tối | 360 sáng | 360 tối |", "|---|---|---|---|---|"]
    before = page.read_text(encoding="utf-8").splitlines() if page.exists() and not whole else []
    rows = {line.partition("[xem](")[2].partition("-1280-light")[0]: line for line in before if "[xem](" in line}
    for name, title in taken:
        links = " | ".join(f"[xem]({name}-{width}-{scheme}.png)" for width, scheme in LOOKS)
        rows[name] = f"| {title} | {links} |"
    page.write_text("\n".join([*lines, *rows.values()]) + "\n", encoding="utf-8")


def main() -> None:
    """Take all pictures of a running demonstration."""
    reader = argparse.ArgumentParser(prog="screens")
    reader.add_argument("--data", required=True, type=Path)
    reader.add_argument("--out", required=True, type=Path)
    reader.add_argument("--portal", default="", help="where it runs now, when that is not what demo.json says")
    reader.add_argument(
        "--only", nargs="+", default=[], help="names of pictures to take again; the index keeps the others"
    )
    chosen = reader.parse_args()
    told = json.loads((chosen.data / "demo.json").read_text(encoding="utf-8"))
    chosen.out.mkdir(parents=True, exist_ok=True)
    people = People(chosen.portal or told["portal"], chosen.data)
    with sync_playwright() as playwright, suppress(KeyboardInterrupt):
        tool = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium") or "chromium"
        browser = playwright.chromium.launch(executable_path=tool, args=["--no-sandbox", "--disable-gpu"])
        studio = Studio(browser, people, chosen.out)
        draft, asked = under_way(people)
        officer = people.of(AGENCY, "officer")
        live = officer.open("/ket-noi/?state=live").link("Kết nối mới")
        pk = officer.open("/ket-noi/dang-mo/").link("Phần mềm").rstrip("/").rsplit("/", 1)[1]
        every = [*shots(draft, asked, live), *running_shots(pk, follow_up(people, live)), *sharing_shots(people)]
        every += [*developer_shots(people), *register_shots(people), *described_shots(people), *watch_shots(people)]
        every += [*alert_shots(people, pk), *leadership_shots(people), *yearly_shots(people)]
        merge = not chosen.only or RESULT in chosen.only
        # Each is taken before the next is brought about.
        shown = chain(every, campaign_shots(people, chosen.data, merge=merge))
        wanted: Iterable[Shot] = (shot for shot in shown if not chosen.only or shot[0] in chosen.only)
        if not chosen.only:
            wanted = chain(wanted, judged(people))
        taken = [(shot[0], shot[3]) for shot in wanted if studio.take(shot)]
        codes = [item.text_content() for item in officer.open(asked.address).tree.xpath("//aside//dd/code")]
        if not chosen.only or "lookup-shown" in chosen.only:
            studio.look_up(codes[0].strip(), codes[1].strip())
        browser.close()
    people.close()
    looked_up = [("lookup-shown", "Tra cứu hồ sơ: kết quả")]
    index(chosen.out, [*taken, *([] if chosen.only else looked_up)], whole=not chosen.only)


if __name__ == "__main__":
    main()
