"""What the working page of an incident can do: form, deed and the word that it was done, a row each."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from connections.choices import HoldSide
from connections.permissions import HOLDERS
from core.actor import Actor
from incidents.admin import incident_forms as forms
from incidents.admin.working import Action, SeenForm
from incidents.guards.incidents import MANAGE
from incidents.models import Incident, IncidentTask
from incidents.register_choices import ENDED, IncidentState
from incidents.selectors.affected import grants_stopped
from incidents.services import (
    incident_parties,
    incident_steps,
    incident_suspension,
    incident_updates,
    incident_work,
    register_papers,
)


def _finish(*, actor: Actor, incident: Incident, task: int, result: str, **_more: Any) -> Any:
    found = IncidentTask.objects.select_related("incident").get(incident=incident, pk=task)
    return incident_work.finish_task(actor=actor, task=found, result=result)


#: The steps of the life, by transition.
STEPS: Mapping[str, Action] = {
    "acknowledge": Action(
        _("Tiếp nhận"),
        SeenForm,
        incident_steps.acknowledge_incident,
        _("Đã tiếp nhận; bạn là người phụ trách."),
        _("Người tiếp nhận là người phụ trách; hạn tiếp nhận dừng tính."),
    ),
    "handle": Action(_("Bắt đầu xử lý"), SeenForm, incident_steps.handle_incident, _("Đã chuyển sang đang xử lý.")),
    "resolve": Action(
        _("Ghi nhận đã khắc phục"),
        forms.ExplainForm,
        incident_steps.resolve_incident,
        _("Đã ghi nhận khắc phục; các cơ quan liên quan nhận thông báo."),
    ),
    "close": Action(_("Đóng sự cố"), SeenForm, incident_steps.close_incident, _("Đã đóng sự cố.")),
    "reopen": Action(_("Mở lại"), forms.ReasonForm, incident_steps.reopen_incident, _("Đã mở lại sự cố.")),
    "dismiss": Action(
        _("Kết luận không phải sự cố"),
        forms.ReasonForm,
        incident_steps.dismiss_incident,
        _("Đã kết luận không phải sự cố; cơ quan báo nhận thông báo."),
        danger=True,
    ),
    "restore": Action(
        _("Xem xét lại"), forms.ReasonForm, incident_steps.restore_incident, _("Đã đưa về bước xác minh.")
    ),
}
#: What may be done beside the steps.
BESIDE: Mapping[str, Action] = {
    "update": Action(_("Ghi diễn biến"), forms.UpdateForm, incident_updates.write_update, _("Đã ghi diễn biến.")),
    "classify": Action(
        _("Phân loại"), forms.ClassifyForm, incident_steps.classify_incident, _("Đã phân loại; thời hạn tính lại.")
    ),
    "explain": Action(
        _("Ghi nguyên nhân, biện pháp"), forms.ExplainForm, incident_steps.explain_incident, _("Đã lưu.")
    ),
    "review": Action(
        _("Rút kinh nghiệm"), forms.ReviewForm, incident_steps.review_incident, _("Đã ghi rút kinh nghiệm.")
    ),
    "services": Action(
        _("Sửa dịch vụ bị ảnh hưởng"),
        forms.ServicesForm,
        incident_parties.set_services,
        _("Đã lưu dịch vụ bị ảnh hưởng; cơ quan liên quan tính lại."),
    ),
    "tell": Action(
        _("Báo các cơ quan liên quan"),
        SeenForm,
        incident_parties.tell_parties,
        _("Đã báo các cơ quan chưa được báo."),
    ),
    "figures": Action(
        _("Lấy số liệu từ nhật ký"), SeenForm, incident_updates.note_figures, _("Đã ghi số liệu vào diễn biến.")
    ),
    "task": Action(_("Giao việc"), forms.TaskForm, incident_work.set_task, _("Đã giao việc.")),
    "paper": Action(
        _("Lập báo cáo"),
        forms.PaperForm,
        register_papers.issue_report,
        _("Đã lập báo cáo; tải về, ký, rồi vào số."),
        _("Báo cáo ban đầu được vào số thì các hạn báo cáo được ghi là đã thực hiện."),
    ),
    "done": Action(_("Ghi kết quả"), forms.DoneForm, _finish, _("Đã ghi việc là xong.")),
    "suspend": Action(
        _("Tạm dừng kết nối"),
        forms.SuspendForm,
        incident_suspension.suspend_connection,
        _("Đã tạm dừng kết nối; các bên nhận thông báo."),
        _("Mọi lượt gọi của hệ thống bị từ chối ngay, ở cả hai môi trường; khôi phục trên trang của kết nối."),
        danger=True,
    ),
    "stop_grant": Action(
        _("Tạm ngưng một quyền khai thác"),
        forms.SuspendGrantForm,
        incident_suspension.suspend_grant_for,
        _("Đã tạm ngưng quyền khai thác; hai bên nhận thông báo."),
        _("Chỉ lượt gọi theo quyền này bị từ chối, ngay từ lượt kế tiếp; khôi phục tại trang này."),
        danger=True,
    ),
    "run_grant": Action(
        _("Khôi phục quyền khai thác"),
        forms.ResumeGrantForm,
        incident_suspension.resume_grant_for,
        _("Đã khôi phục quyền khai thác; hai bên nhận thông báo."),
    ),
}
ACTIONS: Mapping[str, Action] = {**STEPS, **BESIDE}


def beside_of(incident: Incident, actor: Actor) -> list[str]:
    """Return what else the person may do now."""
    if not actor.may(MANAGE) or incident.state == IncidentState.DISMISSED:
        return []
    stops = actor.may(HOLDERS[HoldSide.OPERATOR])
    stopped = stops and grants_stopped(incident).exists()
    if incident.state in ENDED:
        return ["update", "paper", *(["run_grant"] if stopped else [])]
    left_out = set() if stopped else {"run_grant"}
    if incident.state in (IncidentState.NEW, IncidentState.RECEIVED):
        left_out.add("explain")
    if incident.state != IncidentState.RESOLVED:
        left_out.add("review")
    if not stops:
        left_out |= {"suspend", "stop_grant"}
    return [name for name in BESIDE if name not in left_out]
