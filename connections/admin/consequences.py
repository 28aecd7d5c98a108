"""What happens, and to whom, when a step is taken: said before it is (look.md, confirm page)."""

from django.utils.translation import gettext as _

from accounts.selectors.calendar import deadlines_in_force
from connections.choices import Step
from connections.models import ConnectionRequest
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
        _("Thời hạn của Sở tạm dừng trong lúc chờ cơ quan."),
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
        _("%(agency)s nhận thông báo chấp thuận qua thư.") % {"agency": dossier.agency},
        _term(Step.ENVIRONMENT),
    )


def of_sending_back(dossier: ConnectionRequest) -> list[str]:
    """Send back: the evaluation goes on."""
    return [_("Hồ sơ trở lại bước thẩm định với %(who)s.") % {"who": dossier.evaluator or _("cán bộ thẩm định")}]
