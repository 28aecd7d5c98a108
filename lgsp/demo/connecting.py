"""From the approved dossier to operation: environment, keys, tests, confirmation, go-live (QC10.3–10.5)."""

import base64
import hmac
import secrets
from dataclasses import dataclass, field
from typing import Any

from broker.signing import Credentials
from lgsp.demo.browser import Page, Person, Surprise
from lgsp.demo.calls import System
from lgsp.demo.filing import Dossier
from lgsp.demo.people import People
from lgsp.demo.telling import Teller

# A service whose source system speaks SOAP, and one whose source system wants to hear who asks, for which procedure.
SOAP, NATIONAL = "xa-phuong-soap", "danh-muc-quoc-gia-mau"
NAMED = {"X-LGSP-Procedure": "1.004946", "X-LGSP-Officer": "cb01.snnmt"}
ROUNDS = 24  # successful calls of each operation in a trial: more than the templates ask for


@dataclass
class Operation:
    """One operation of a granted service, with a target that answers and, where it sends them, body and headers."""

    code: str
    method: str
    target: str
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Access:
    """What a system holds for one service in one environment."""

    service: str
    version: str
    environment: str
    grant: str
    purpose: str
    daily_quota: int
    access_key: str
    secret_key: str = field(repr=False)
    operations: list[Operation] = field(default_factory=list)

    def system(self, portal: str) -> System:
        """Return the consuming system's client for this grant."""
        return System(portal, Credentials(self.access_key, self.secret_key, self.grant, self.purpose))


def operations_of(service: str, version: str = "v1") -> list[Operation]:
    """Return the operations of the services of the demonstration, with targets that have an answer."""
    base = f"/api/data/{service}/{version}"
    if service == SOAP:
        return [
            Operation("danh-sach-xa", "GET", f"{base}/xa?so_dong=5&cap=phuong"),
            Operation("tra-cuu-xa", "GET", f"{base}/xa/02215"),
        ]
    if service == NATIONAL:
        return [
            Operation("tat-ca-danh-muc", "GET", f"{base}/AllCategory", headers=NAMED),
            Operation("mot-danh-muc", "GET", f"{base}/Category/DM_LOAI_GIAY_TO", headers=NAMED),
            Operation("tra-cuu", "POST", f"{base}/Lookup", '{"codes":["GT01","TT02"]}', NAMED),
        ]
    found = [
        Operation("list-communes", "GET", f"{base}/communes?limit=5&level=phuong"),
        Operation("search-communes", "GET", f"{base}/communes/search?q=minh+xuan"),
        Operation("commune", "GET", f"{base}/communes/02215"),
    ]
    if service != "administrative-units":
        found.append(Operation("lookup-communes", "POST", f"{base}/communes/lookup", '{"codes":["02215","00715"]}'))
    return found


def set_up(people: People, tell: Teller, dossier: Dossier) -> None:
    """One action makes environment, grants, quota and test plan out of the dossier."""
    operator = people.staff("operator")
    with tell.step("Thiết lập môi trường thử nghiệm từ hồ sơ, không nhập lại", operator.name, "QC10.3"):
        page = operator.open(operator.open(dossier.desk()).link("Thiết lập môi trường"))
        operator.send(page, "", duty_contact=operator.name)


def take_key(people: People, tell: Teller, dossier: Dossier, environment: str) -> list[Access]:
    """The technician makes a key and sees its secret once; return what the system holds now."""
    technician = people.of(dossier.agency, "technician")
    word = {"sandbox": "thử nghiệm", "live": "chính thức"}[environment]
    with tell.step(f"Nhận khóa {word}; khóa bí mật hiện một lần", technician.name, "Q50-11"):
        page = technician.fill(f"/nha-phat-trien/{dossier.system_code}/khoa/moi/", "Tạo khóa", environment=environment)
        pair = [_text(page, name) for name in ("khoa-truy-xuat", "khoa-bi-mat")]
        mac = hmac.digest(pair[1].encode(), _text(page, "thach-do").encode(), "sha256")
        technician.send(page, "Kích hoạt khóa", proof=base64.b64encode(mac).decode())
        held = _grants(technician, dossier, {"sandbox": "Thử nghiệm", "live": "Chính thức"}[environment])
    found = []
    for code, quota in dossier.services.items():
        row = held[code]
        found.append(
            Access(
                service=code,
                version="v1",
                environment=environment,
                grant=row["Mã quyền"],
                purpose=row["Mục đích"],
                daily_quota=quota,
                access_key=pair[0],
                secret_key=pair[1],
                operations=operations_of(code),
            )
        )
    tell.detail(f"Khóa truy xuất {pair[0]}; quyền khai thác {', '.join(item.grant for item in found)}")
    return found


def _text(page: Page, element: str) -> str:
    found = page.tree.xpath(f"//*[@id='{element}']")
    if not found:
        raise Surprise(f"{page.address}: trang không hiện «{element}»")
    return str(found[0].get("value") or "".join(found[0].itertext()).strip())


def _grants(technician: Person, dossier: Dossier, environment: str) -> dict[str, dict[str, str]]:
    """Return the rows of the page of grants by service code, read where the portal names the service."""
    page = technician.open("/nha-phat-trien/")
    held = page.table(below=dossier.system_name)
    rows = [row for row in held if row.get("Môi trường") == environment and "Mã quyền" in row]
    titles = {code: technician.open(f"/danh-muc/{code}/").tree.findtext(".//h1") or "" for code in dossier.services}
    found = {code: row for code, title in titles.items() for row in rows if row["Dịch vụ"] == " ".join(title.split())}
    if set(found) != set(dossier.services):
        raise Surprise(f"chưa thấy đủ quyền khai thác {environment}: {page.text[:400]}")
    return found


def call_sandbox(people: People, tell: Teller, dossier: Dossier, held: list[Access]) -> None:
    """The system calls what it was granted, and tries what it must not."""
    technician = people.of(dossier.agency, "technician")
    with tell.step("Gọi thử mọi thao tác được cấp qua nền tảng thử nghiệm", technician.name, "QC10.4"):
        for access in held:
            _call_all(access, people.portal)
    with tell.step("Thử điều bị cấm: phát lại, ký sai, sai mục đích, ngoài phạm vi", technician.name, "QC8.4"):
        told = _misuse(held[0], people.portal)
    for line in told:
        tell.detail(line)


def _call_all(access: Access, portal: str) -> None:
    system = access.system(portal)
    for operation in access.operations:
        for _turn in range(ROUNDS if operation is access.operations[0] else 22):
            body, named = operation.body.encode(), operation.headers
            system.send(system.signed(operation.method, operation.target, body, named=named), status=200)
    system.close()


def _misuse(access: Access, portal: str) -> list[str]:
    system, target = access.system(portal), access.operations[0].target
    told = []

    def refuse(what: str, call: Any, status: int, code: str) -> None:
        answer = system.send(call, status=status, code=code)
        told.append(f"{what}: {status} {code}, mã yêu cầu {answer.headers['X-Request-Id']}")

    call = system.signed("GET", target)
    system.send(call, status=200)
    refuse("Gửi lại nguyên yêu cầu đã ký", call, 401, "nonce-reused")
    refuse("Ký bằng khóa khác", system.signed("GET", target, secret=secrets.token_hex(16)), 401, "signature-invalid")
    other = Credentials(access.access_key, access.secret_key, access.grant, "another-purpose")
    system.credentials = other
    refuse("Mục đích không được cấp", system.signed("GET", target), 403, "purpose-not-granted")
    system.close()
    return told


def test_and_confirm(people: People, tell: Teller, dossier: Dossier) -> None:
    """Results come from the sandbox's own log; both sides confirm the same record."""
    technician, operator = people.of(dossier.agency, "technician"), people.staff("operator")
    sender = people.of(dossier.agency, "representative")
    record = f"{dossier.address}kiem-thu/"
    with tell.step("Lấy kết quả kiểm thử từ nhật ký của nền tảng thử nghiệm", technician.name, "QC10.4"):
        page = technician.send(technician.open(record), "Lấy kết quả từ nhật ký")
        results = [row for row in technician.open(record).table() if "Kết quả" in row]
    for row in results:
        tell.detail(
            f"{row['Ca kiểm thử'].split(' Đo từ')[0].split(' Nhập tay')[0]}: {row['Kết quả']}. {row['Thực tế']}"
        )
    with tell.step("Nhập kết quả ca đối chiếu tay kèm minh chứng, lập biên bản", operator.name, "QC10.4"):
        _judge_by_hand(operator, dossier)
        operator.send(operator.open(operator.open(dossier.desk()).link("Lập biên bản")), "Lập biên bản")
    with tell.step("Xác nhận biên bản thay mặt cơ quan quản lý hệ thống", sender.name, "QC10.4"):
        sender.send(sender.open(record), "Nhất trí", remark="", **sender.proof())
    with tell.step("Xác nhận biên bản thay mặt đơn vị vận hành LGSP", operator.name, "QC10.4"):
        page = operator.open(operator.open(dossier.desk()).link("Xác nhận biên bản"))
        operator.send(page, "", agreed=1, **operator.proof())


def _judge_by_hand(operator: Person, dossier: Dossier) -> None:
    page = operator.open(dossier.desk())
    for address in page.tree.xpath("//a[starts-with(normalize-space(.), 'Nhập kết quả')]/@href"):
        operator.fill(
            address,
            result="pass",
            actual="Hai bên đối chiếu, địa chỉ khớp với cấu hình",
            evidence="Biên bản đối chiếu cấu hình của hai bên (mẫu)",
        )


def go_live(people: People, tell: Teller, dossier: Dossier) -> None:
    """Live grants open; the technician may take a live key from now on."""
    operator = people.staff("operator")
    with tell.step("Đưa vào vận hành chính thức", operator.name, "QC10.5"):
        page = operator.open(operator.open(dossier.desk()).link("Đưa vào vận hành"))
        operator.send(page, "Đưa vào vận hành")
