"""From the register of systems to the approved dossier (QC10.1, QC10.2)."""

import re
from dataclasses import dataclass, field

from lgsp.demo.browser import Page, Surprise
from lgsp.demo.people import People
from lgsp.demo.telling import Teller

DESK = "/quan-tri/connections/connectionrequest"


@dataclass
class Dossier:
    """One agency's way to a connection: who files, for which system, which services with which daily quota."""

    agency: str
    system_name: str
    services: dict[str, int]
    lacking: bool = False
    system_code: str = ""
    address: str = ""
    number: str = ""
    pk: str = field(default="", init=False)

    def desk(self, place: str = "change") -> str:
        """Return the address of a staff page of this dossier."""
        return f"{DESK}/{self.pk}/{place}/"


def register_system(people: People, tell: Teller, dossier: Dossier) -> None:
    """The agency enters its system in the register."""
    officer = people.of(dossier.agency, "officer")
    with tell.step(f"Đăng ký hệ thống «{dossier.system_name}»", officer.name, "QC7.6"):
        page = officer.fill(
            "/he-thong/moi/",
            name=dossier.system_name,
            purpose="Giải quyết thủ tục hành chính của cơ quan",
            security_level="2",
            environments=["sandbox", "live"],
            networks="127.0.0.1",
        )
        dossier.system_code = page.address.rstrip("/").rsplit("/", 1)[1]
    tell.detail(f"Mã hệ thống: {dossier.system_code}")


def file(people: People, tell: Teller, dossier: Dossier) -> None:
    """Every part of the dossier, each on its page."""
    officer, technician = people.of(dossier.agency, "officer"), people.of(dossier.agency, "technician")
    with tell.step("Lập hồ sơ: mục đích, phạm vi, hệ thống, yêu cầu kỹ thuật", officer.name, "QC10.1"):
        page = officer.send(officer.open("/ket-noi/"), "Tạo đề nghị")
        dossier.address = page.address
        dossier.pk = page.address.rstrip("/").rsplit("/", 1)[1]
        part = f"{dossier.address}phan"
        officer.fill(f"{part}/co-quan/", responsible_leader="Phó Giám đốc Sở (mẫu)", technical_contact=technician.name)
        officer.fill(f"{part}/he-thong/", system=dossier.system_code)
        officer.fill(
            f"{part}/muc-dich/",
            purpose="administrative-procedures"
            if _offers(officer.open(f"{part}/muc-dich/"))
            else "Giải quyết thủ tục",
            purpose_text="Điền sẵn tên xã, phường vào hồ sơ để người dân không phải khai lại",
            legal_basis="Chức năng, nhiệm vụ của Sở",
        )
        for code, quota in dossier.services.items():
            _ask_for(people, dossier, code, quota)
        officer.fill(
            f"{part}/pham-vi/", **dict.fromkeys(("personal_data", "state_secret", "national_database"), "False")
        )
        officer.fill(f"{part}/ky-thuat/", networks="127.0.0.1", daily_calls=5000, peak_per_second=5)
        officer.fill(
            f"{part}/phuong-an/",
            operation_plan="Trực giờ hành chính; ngoài giờ liên hệ cán bộ kỹ thuật",
            security_plan="Khóa bí mật giữ trong kho bí mật của máy chủ, chỉ dịch vụ đọc được",
        )


def _offers(page: Page) -> bool:
    return bool(page.tree.xpath("//option[@value='administrative-procedures']"))


def _ask_for(people: People, dossier: Dossier, code: str, quota: int) -> None:
    officer = people.of(dossier.agency, "officer")
    address = f"{dossier.address}dich-vu/{code}/"
    page = officer.open(address)
    every = [item.get("value") for item in page.tree.xpath("//input[@name='operations']")]
    officer.send(page, "", operations=every, daily_quota=quota)


def send(people: People, tell: Teller, dossier: Dossier) -> None:
    """The representative sends what the officer wrote."""
    sender = people.of(dossier.agency, "representative")
    with tell.step("Gửi đề nghị kết nối kèm cam kết Điều 5", sender.name, "QC10.1"):
        page = sender.fill(f"{dossier.address}kiem-tra/", "Gửi đề nghị", committed=1)
        found = re.search(r"Mã hồ sơ (\S+), mã tra cứu (\S+)\.", page.text)
        if found is None:
            raise Surprise(f"trang xác nhận không nêu mã hồ sơ: {page.text[:300]}")
        dossier.number = found.group(1)
    tell.detail(f"Mã hồ sơ: {dossier.number}")


def receive(people: People, tell: Teller, dossier: Dossier) -> None:
    """SKHCN receives it and names who evaluates."""
    intake, evaluator = people.staff("intake"), people.staff("evaluator")
    with tell.step("Tiếp nhận hồ sơ, phân công thẩm định", intake.name, "QC10.1"):
        page = intake.open(intake.open(dossier.desk()).link("Tiếp nhận"))
        ticks = dict.fromkeys((item.get("name") for item in page.tree.xpath("//input[starts-with(@name,'part-')]")), 1)
        intake.send(page, "", evaluator=evaluator.name, **ticks)


def evaluate(people: People, tell: Teller, dossier: Dossier) -> None:
    """By the checklist; one criterion is not met at first, and the agency completes."""
    evaluator = people.staff("evaluator")
    if dossier.lacking:
        with tell.step("Đánh giá theo Điều 9: một tiêu chí chưa đạt", evaluator.name, "QC9.5"):
            _mark(people, dossier, failing="operation-plan")
        with tell.step("Yêu cầu hoàn thiện, nêu từng nội dung", evaluator.name, "QC10.2"):
            page = evaluator.open(evaluator.open(dossier.desk()).link("Yêu cầu hoàn thiện"))
            form = page.form("points-0-what")
            given = {} if form.fields.get("points-0-what") else {"points-0-what": "Thiếu người trực thay"}
            remedy = {"points-0-remedy": "Bổ sung người trực ngoài giờ và cách liên hệ"}
            evaluator.send(page, "", **given, **remedy)
        complete(people, tell, dossier)
    with tell.step("Đánh giá theo Điều 9: mọi tiêu chí đạt", evaluator.name, "QC10.2"):
        _mark(people, dossier)


def complete(people: People, tell: Teller, dossier: Dossier) -> None:
    """The officer mends the part, the representative sends the answer."""
    officer, sender = people.of(dossier.agency, "officer"), people.of(dossier.agency, "representative")
    with tell.step("Sửa phần có liên quan và gửi hoàn thiện", sender.name, "QC10.2"):
        officer.fill(
            f"{dossier.address}phan/phuong-an/",
            operation_plan="Trực giờ hành chính; ngoài giờ có hai người trực thay, có số điện thoại",
        )
        page = sender.open(f"{dossier.address}hoan-thien/")
        answers = dict.fromkeys(_points(page), "Đã bổ sung hai người trực ngoài giờ")
        sender.send(page, "Gửi hoàn thiện", **answers)


def _points(page: Page) -> list[str]:
    return [item.get("name") for item in page.tree.xpath("//textarea[starts-with(@name,'point-')]")]


def _mark(people: People, dossier: Dossier, failing: str = "") -> None:
    evaluator = people.staff("evaluator")
    page = evaluator.open(evaluator.open(dossier.desk()).link("Đánh giá theo tiêu chí"))
    values: dict[str, str] = {}
    for name in {item.get("name") for item in page.tree.xpath("//*[starts-with(@name,'result-')]")}:
        code = name.removeprefix("result-")
        values[name] = "fail" if code == failing else "pass"
        if code == failing:
            values[f"remark-{code}"] = "Phương án chưa nêu người trực thay"
    evaluator.send(page, "", **values)


def decide(people: People, tell: Teller, dossier: Dossier) -> None:
    """One proposes, another approves; who evaluated can do neither."""
    head, leader, evaluator = people.staff("head"), people.staff("leader"), people.staff("evaluator")
    with tell.step("Trình phê duyệt", head.name, "QC10.2"):
        page = head.open(head.open(dossier.desk()).link("Trình phê duyệt"))
        head.send(page, "", note="Đề nghị chấp thuận")
    with tell.step("Người thẩm định thử tự chấp thuận: bị từ chối, hồ sơ không đổi", evaluator.name, "QC10.2"):
        evaluator.open(dossier.desk("chap-thuan"), status=403)
    with tell.step("Chấp thuận kỹ thuật", leader.name, "QC10.2"):
        page = leader.open(leader.open(dossier.desk()).link("Chấp thuận"))
        leader.send(page, "", note="")
