"""Screens of alerts, their rules and webhooks, with the content they need where it is not there yet."""

import time
from collections.abc import Iterator
from contextlib import suppress

from lgsp.demo.browser import Person, Surprise
from lgsp.demo.people import People

Shot = tuple[str, str, str, str]
OPERATOR, OFFICER, TECHNICIAN = "van-hanh.skhcn", "can-bo.snnmt", "ky-thuat.snnmt"
STAFF = "/quan-tri/incidents/"


def alert_shots(people: People, connection: str) -> Iterator[Shot]:
    """Give the pictures; what they show is entered where it is not there yet."""
    operator, officer, technician = (people.by_name(name) for name in (OPERATOR, OFFICER, TECHNICIAN))
    rule = operator.open(f"{STAFF}alertrule/").link("Một khóa bị từ chối dồn dập")
    pk = rule.rstrip("/").split("/")[-2]
    with suppress(Surprise):
        form = {
            "name": "Giám sát của Sở (mẫu)",
            "url": "https://giam-sat.co-quan.example/canh-bao",
            "floor": "warning",
        }
        technician.send(technician.open("/diem-nhan-tin/moi/"), "Khai báo", **form)
    hook = technician.open("/diem-nhan-tin/").link("Giám sát của Sở")
    with suppress(Surprise):
        technician.send(technician.open(hook), "Gửi thử")
    grant = officer.open("/quyen-khai-thac/?environment=live").link("QK-")
    raised = _alert(operator)
    yield "alerts", OFFICER, "/canh-bao/?tab=tat-ca", "Cảnh báo của cơ quan"
    yield "alerts-all", OPERATOR, "/canh-bao/?tab=tat-ca", "Cảnh báo của mọi bên"
    yield "alert", OPERATOR, raised, "Một cảnh báo"
    pk_of = raised.rstrip("/").rsplit("/", 1)[1]
    yield "desk-alert", OPERATOR, f"{STAFF}alert/{pk_of}/change/", "Một cảnh báo tại Sở"
    yield "desk-alerts", OPERATOR, f"{STAFF}alert/", "Cảnh báo tại Sở"
    yield "desk-alert-rules", OPERATOR, f"{STAFF}alertrule/", "Quy tắc cảnh báo"
    yield "desk-alert-rule", OPERATOR, rule, "Một quy tắc cảnh báo"
    tried = f"{STAFF}alertrule/{pk}/xet-thu/?hours=24&threshold=1"
    yield "desk-alert-try", OPERATOR, tried, "Xét thử quy tắc trên lượt gọi đã qua"
    yield "desk-health-setting", OPERATOR, f"{STAFF}healthsetting/add/", "Cách kiểm tra riêng của một địa chỉ"
    yield "desk-unused-grants", OPERATOR, f"{STAFF}expecteduse/khong-dung/", "Quyền khai thác không được dùng"
    yield "expected-use", OFFICER, f"{grant}muc-khai-thac/", "Khai báo mức khai thác"
    yield "connection-states", OFFICER, f"/ket-noi/dang-mo/{connection}/", "Kết nối: lịch sử tình trạng"
    yield "webhooks", TECHNICIAN, "/diem-nhan-tin/", "Điểm nhận tin của cơ quan"
    yield "webhook", TECHNICIAN, hook, "Một điểm nhận tin với nhật ký gửi"
    yield "webhook-secret", TECHNICIAN, f"{hook}khoa/", "Đổi khóa bí mật của điểm nhận tin"
    yield "desk-webhooks", OPERATOR, f"{STAFF}webhook/", "Điểm nhận tin của mọi cơ quan"


def _alert(operator: Person) -> str:
    """Return an alert; where there is none a threshold that everything reaches raises one, and is put back."""
    name, reason = "Sắp hết dung lượng lưu trữ", "Chụp màn hình cảnh báo"
    rule = operator.open(f"{STAFF}alertrule/").link(name)
    for turn in range(40):
        with suppress(Surprise):
            found = operator.open("/canh-bao/?tab=tat-ca").link(name)
            if turn:
                operator.send(operator.open(rule), "", threshold="80", severe_threshold="92", reason=reason)
            return found
        if not turn:
            operator.send(operator.open(rule), "", threshold="1", severe_threshold="", reason=reason)
        time.sleep(5)
    raise Surprise("no alert was raised")
