"""What happens, and to whom, when a step is taken: said before it is (look.md, confirm page)."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.selectors.calendar import deadlines_in_force
from connections.choices import State, Step
from connections.models import ConnectionRequest, TestTemplate
from connections.selectors.answers import lines_of
from connections.selectors.desk import connection_of
from connections.selectors.follow_ups import following
from connections.selectors.grants import impact_of
from core import clock


def _term(step: Step) -> str:
    """Return the deadline that begins, as people read it; "" where no policy names one."""
    policy = deadlines_in_force(clock.today()).filter(code=f"request.{step}").first()
    if policy is None:
        return ""
    text = _("Thời hạn bắt đầu tính: %(step)s trong %(amount)d %(unit)s (%(label)s).")
    return text % {
        "step": step.label.lower(),
        "amount": policy.amount,
        "unit": policy.get_unit_display().lower(),
        "label": policy.label.lower(),
    }


def _lines(*texts: str) -> list[str]:
    return [text for text in texts if text]


def of_receiving(dossier: ConnectionRequest) -> list[str]:
    """Receive: the evaluation begins."""
    return _lines(
        _("Hồ sơ chuyển sang thẩm định theo bộ tiêu chí đang áp dụng."),
        _("%(agency)s nhận phiếu tiếp nhận qua thư.") % {"agency": dossier.agency},
        _term(Step.EVALUATION),
    )


def of_asking(dossier: ConnectionRequest) -> list[str]:
    """Return or ask for completion: the agency's turn."""
    return _lines(
        _("%(agency)s nhận danh sách nội dung cần hoàn thiện và trả lời từng nội dung.") % {"agency": dossier.agency},
        _("Thời hạn của Sở không tính trong lúc chờ cơ quan."),
        _term(Step.COMPLETION),
    )


def of_closing(dossier: ConnectionRequest) -> list[str]:
    """Close: the end of the dossier."""
    return [
        _("Hồ sơ kết thúc, không mở lại được; cơ quan muốn kết nối phải gửi hồ sơ mới."),
        _("%(agency)s nhận thư kèm lý do.") % {"agency": dossier.agency},
    ]


def of_proposing(dossier: ConnectionRequest) -> list[str]:
    """Propose: the leader's turn."""
    return _lines(
        _("Hồ sơ chuyển tới lãnh đạo Sở để phê duyệt; người phê duyệt phải là người khác."), _term(Step.RESULT)
    )


def of_approving(dossier: ConnectionRequest) -> list[str]:
    """Approve: the connection is opened."""
    return _lines(
        _("Kết nối của hệ thống %(system)s được mở; đơn vị vận hành thiết lập môi trường thử nghiệm.")
        % {"system": dossier.system},
        *_refused_lines(dossier),
        _("%(agency)s nhận thông báo chấp thuận qua thư.") % {"agency": dossier.agency},
        _term(Step.ENVIRONMENT),
    )


def of_endorsing(dossier: ConnectionRequest) -> list[str]:
    """Endorse: another leader's turn."""
    return [_("Hệ thống do Sở quản lý: sau bước này một lãnh đạo khác phê duyệt, hồ sơ chưa được chấp thuận.")]


def of_sending_back(dossier: ConnectionRequest) -> list[str]:
    """Send back: the evaluation goes on."""
    return [_("Hồ sơ trở lại bước thẩm định với %(who)s.") % {"who": dossier.evaluator or _("cán bộ thẩm định")}]


def _refused_lines(dossier: ConnectionRequest) -> list[str]:
    """Say which services are left out of the approval."""
    text = _("Không chấp thuận «%(service)s»; cơ quan đọc được lý do và căn cứ.")
    return [text % {"service": view.line.service} for view in lines_of(dossier) if view.line.refused]


def _grants(dossier: ConnectionRequest, text: str) -> list[str]:
    """Say *text* for each service the dossier asks for."""
    return [
        text
        % {
            "service": view.line.service,
            "operations": ", ".join(view.granted_operations),
            "quota": number_format(view.line.granted_quota, force_grouping=True),
        }
        for view in lines_of(dossier)
        if not view.line.refused
    ]


def of_setting_up(dossier: ConnectionRequest) -> list[str]:
    """Set up: what is made out of the dossier, with nothing retyped."""
    cases = TestTemplate.objects.filter(active=True).count()
    opened = _("Mở quyền khai thác thử nghiệm «%(service)s»: %(operations)s; hạn mức %(quota)s lượt mỗi ngày.")
    return _lines(
        *_grants(dossier, opened),
        _("Hạn mức thử nghiệm có thể thấp hơn theo mức trần của môi trường."),
        _("Địa chỉ mạng được phép: %(networks)s.") % {"networks": ", ".join(dossier.networks)},
        _("Lập kế hoạch kiểm thử gồm %(n)d ca theo mẫu đang áp dụng.") % {"n": cases},
        _("Cán bộ kỹ thuật của cơ quan tự tạo khóa thử nghiệm trên cổng; không ai khác thấy khóa."),
        _term(Step.TESTING),
    )


def of_adjusting(dossier: ConnectionRequest) -> list[str]:
    """Adjust: the sandbox follows, a record that waits is void."""
    lines = [_("Quyền khai thác thử nghiệm theo ngay; chỉ hạ hạn mức, cao hơn mức đã duyệt cần hồ sơ khác.")]
    if dossier.state in (State.AWAITING_CONFIRMATION, State.READY):
        lines.append(_("Biên bản kiểm thử mất hiệu lực; kiểm thử và xác nhận lại từ đầu."))
    return lines


def of_finishing(dossier: ConnectionRequest) -> list[str]:
    """Finish the tests: the record is frozen."""
    return _lines(
        _("Nhật ký được đọc lại một lần nữa, rồi kết quả được chốt thành biên bản có mã băm nội dung."),
        _("Đại diện cơ quan và cán bộ vận hành của Sở cùng xác nhận đúng nội dung này."),
        _term(Step.CONFIRMATION),
    )


def of_starting_over(dossier: ConnectionRequest) -> list[str]:
    """Begin the tests anew."""
    return [
        _("Bắt đầu một lần kiểm thử mới; lần trước vẫn đọc được nhưng không còn được tính."),
        _("Xác nhận đã có của hai bên, nếu có, mất hiệu lực."),
    ]


def of_confirming(dossier: ConnectionRequest) -> list[str]:
    """Confirm: two sides, two people."""
    return [
        _("Bạn xác nhận thay mặt Sở Khoa học và Công nghệ đúng nội dung biên bản dưới đây."),
        _("Khi cả hai bên đã xác nhận, hồ sơ đủ điều kiện vận hành chính thức."),
    ]


def of_going_live(dossier: ConnectionRequest) -> list[str]:
    """Go live: live grants."""
    opened = _("Mở quyền khai thác chính thức «%(service)s»: %(operations)s; hạn mức %(quota)s lượt mỗi ngày.")
    until = dossier.wanted_until
    return [
        *_grants(dossier, opened),
        *_taken_over(dossier),
        _("Hiệu lực đến hết ngày %(day)s.") % {"day": f"{until:%d/%m/%Y}"} if until else _("Không xác định thời hạn."),
        _("Cán bộ kỹ thuật của cơ quan tạo được khóa chính thức; %(agency)s nhận thông báo qua thư.")
        % {"agency": dossier.agency},
    ]


def _taken_over(dossier: ConnectionRequest) -> list[str]:
    """Say what a dossier that follows another puts in its place."""
    if (found := following(dossier)) is None:
        return []
    dropped = _("Thu hồi quyền khai thác «%(service)s»: hồ sơ này không còn dịch vụ đó.")
    return [
        _("Hồ sơ này thay hồ sơ %(old)s; quyền cũ được thay trong cùng một bước, kết nối không gián đoạn.")
        % {"old": found.source},
        *(dropped % {"service": row.service} for row in found.rows if row.after is None),
    ]


def of_ending(dossier: ConnectionRequest) -> list[str]:
    """Disconnect: what ends with the connection (Q50-8.3)."""
    connection = connection_of(dossier)
    if connection is None:
        return []
    found = impact_of(connection)
    said = _("%(live)d quyền khai thác chính thức và %(sandbox)d quyền thử nghiệm bị thu hồi ngay.")
    lines = [
        said % {"live": len(found.live_grants), "sandbox": len(found.sandbox_grants)},
        _("%(n)d khóa của hệ thống hết hiệu lực ngay; lượt gọi sau đó bị từ chối.") % {"n": found.keys},
    ]
    if found.providers:
        lines.append(_("Cơ quan cung cấp dữ liệu liên quan: %(names)s.") % {"names": ", ".join(found.providers)})
    return [*lines, _("Không khôi phục được; muốn kết nối lại phải gửi hồ sơ mới.")]


def of_holding(dossier: ConnectionRequest) -> list[str]:
    """Place a hold."""
    return [
        _("Mọi lượt gọi của kết nối bị từ chối ngay, ở cả môi trường thử nghiệm và chính thức."),
        _("Chỉ đơn vị vận hành gỡ được việc tạm dừng này; cơ quan và các bên cung cấp nhận thư."),
    ]


def of_lifting(dossier: ConnectionRequest) -> list[str]:
    """Lift the operator's hold."""
    return [_("Kết nối chạy lại khi không còn bên nào tạm dừng; cơ quan và các bên cung cấp nhận thư.")]


def of_declining(dossier: ConnectionRequest) -> list[str]:
    """Answer that the connection does not end."""
    return [
        _("Kết nối giữ nguyên; %(agency)s nhận thư, đọc lý do trên cổng và đề nghị lại được.")
        % {"agency": dossier.agency}
    ]


def of_replacing(dossier: ConnectionRequest) -> list[str]:
    """Name another duty contact."""
    connection = connection_of(dossier)
    now = connection.duty_contact if connection else None
    return [
        _("Đầu mối trực hiện nay: %(name)s.") % {"name": now or _("chưa có")},
        _("Người mới, người cũ và %(agency)s nhận thư.") % {"agency": dossier.agency},
    ]
