"""Forms of the staff pages of incidents: shape only, the deeds judge."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Agency
from catalog.models import DataService
from connections.models import Connection, Grant
from core import clock
from core.forms import PortalForm
from incidents.admin.working import SeenForm
from incidents.models import Incident
from incidents.register_choices import Audience, Cause, LegalClass, PaperKind, Severity
from incidents.selectors.affected import connections_touched, grants_stopped, grants_touched, public_services
from incidents.services.incident_telling import services_said


def _long(label: Any, rows: int = 3, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=4000, widget=forms.Textarea(attrs={"rows": rows}), **{"required": False, **more}
    )


def _chosen(label: Any, choices: Any, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, **more)


class ReasonForm(SeenForm):
    """A step that needs a reason."""

    reason = _long(gettext_lazy("Lý do"), 2, required=True, help_text=gettext_lazy("Cơ quan liên quan đọc được"))


class OpenForm(PortalForm):
    """An incident opened by hand, from an alert or from nothing."""

    title = forms.CharField(label=gettext_lazy("Tên sự cố"), max_length=200)
    summary = _long(gettext_lazy("Mô tả"))
    severity = forms.TypedChoiceField(label=gettext_lazy("Mức độ"), choices=Severity.choices, coerce=int)
    started_at = forms.DateTimeField(
        label=gettext_lazy("Xảy ra lúc"),
        required=False,
        help_text=gettext_lazy("Ví dụ 19/03/2026 08:30; để trống: bây giờ"),
    )
    services = forms.ModelMultipleChoiceField(
        DataService.objects.all(),
        label=gettext_lazy("Dịch vụ bị ảnh hưởng"),
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}),
        help_text=gettext_lazy("Cơ quan khai thác và cơ quan cung cấp được tính từ đây"),
    )


class ClassifyForm(SeenForm):
    """What kind of incident it is."""

    title = forms.CharField(label=gettext_lazy("Tên sự cố"), max_length=200)
    severity = forms.TypedChoiceField(
        label=gettext_lazy("Mức độ vận hành"),
        choices=Severity.choices,
        coerce=int,
        help_text=gettext_lazy("Mức nội bộ, không phải phân loại của pháp luật"),
    )
    legal_class = _chosen(
        gettext_lazy("Phân loại theo quy định"),
        LegalClass.choices,
        help_text=gettext_lazy(
            "Nghiêm trọng: hệ thống cấp độ 4, 5 hoặc quan trọng quốc gia, bị gián đoạn, lộ bí mật nhà nước, mất toàn "
            "vẹn hoặc mất quyền điều khiển, và chủ quản không tự xử lý được"
        ),
    )
    cause = _chosen(gettext_lazy("Nhóm nguyên nhân"), Cause.choices)
    personal_data = forms.BooleanField(
        label=gettext_lazy("Liên quan dữ liệu cá nhân: tính hạn 72 giờ từ khi phát hiện"), required=False
    )
    beyond_capacity = forms.BooleanField(
        label=gettext_lazy("Vượt khả năng tự xử lý: báo cáo khẩn ngay khi phát hiện"), required=False
    )
    started_at = forms.DateTimeField(label=gettext_lazy("Xảy ra lúc"))


class UpdateForm(SeenForm):
    """A word about the incident, and who reads it."""

    text = _long(gettext_lazy("Nội dung"), 4, required=True)
    audience = _chosen(gettext_lazy("Người đọc"), Audience.choices, widget=forms.RadioSelect)
    public_title = forms.CharField(
        label=gettext_lazy("Tên công bố"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Chỉ dùng khi công bố; không nêu dịch vụ không công khai"),
    )


class ServicesForm(SeenForm):
    """Which services it touches."""

    services = OpenForm.base_fields["services"]


class ExplainForm(SeenForm):
    """Why it happened and what was done."""

    root_cause = _long(gettext_lazy("Nguyên nhân gốc"))
    measures = _long(gettext_lazy("Biện pháp khắc phục"))


class ReviewForm(ExplainForm):
    """The review after a mended incident."""

    lessons = _long(gettext_lazy("Bài học, biện pháp phòng ngừa"), 4)


class TaskForm(SeenForm):
    """Something one side has to do."""

    text = forms.CharField(label=gettext_lazy("Việc phải làm"), max_length=500)
    agency = forms.ModelChoiceField(
        Agency.objects.none(),
        label=gettext_lazy("Bên thực hiện"),
        required=False,
        empty_label=gettext_lazy("Sở Khoa học và Công nghệ"),
    )
    due_at = forms.DateTimeField(
        label=gettext_lazy("Hạn"), required=False, help_text=gettext_lazy("Ví dụ 19/03/2026 16:30")
    )

    def __init__(self, *args: Any, case: Incident, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        told = case.parties.filter(told_at__isnull=False).values("agency_id")
        self.fields["agency"].queryset = Agency.objects.filter(pk__in=told)  # type: ignore[attr-defined]


class DoneForm(SeenForm):
    """What came of a task."""

    task = forms.IntegerField(widget=forms.HiddenInput)
    result = forms.CharField(label=gettext_lazy("Kết quả"), max_length=1000)


class GrantField(forms.ModelChoiceField):
    """Grants, said by system and service."""

    def label_from_instance(self, obj: Any) -> str:
        """Name a grant so that a person knows it."""
        return f"{obj.code}: {obj.system}, {obj.service.title}"


class SuspendForm(SeenForm):
    """Which connection is suspended, and why."""

    connection = forms.ModelChoiceField(
        Connection.objects.none(), label=gettext_lazy("Kết nối"), empty_label=gettext_lazy("Chọn kết nối")
    )
    reason = _long(gettext_lazy("Lý do"), 2, required=True, help_text=gettext_lazy("Các bên đọc được"))

    def __init__(self, *args: Any, case: Incident, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        self.fields["connection"].queryset = connections_touched(case)  # type: ignore[attr-defined]


class SuspendGrantForm(SeenForm):
    """Which grant is suspended, and why."""

    grant = GrantField(
        Grant.objects.none(), label=gettext_lazy("Quyền khai thác"), empty_label=gettext_lazy("Chọn quyền")
    )
    reason = _long(gettext_lazy("Lý do"), 2, required=True, help_text=gettext_lazy("Các bên đọc được"))

    def __init__(self, *args: Any, case: Incident, **kwargs: Any) -> None:
        super().__init__(*args, case=case, **kwargs)
        self.fields["grant"].queryset = self.grants(case)  # type: ignore[attr-defined]

    def grants(self, case: Incident) -> QuerySet[Grant]:
        """Return those that may be suspended."""
        return grants_touched(case)


class ResumeGrantForm(SuspendGrantForm):
    """Which grant runs again, and why."""

    def grants(self, case: Incident) -> QuerySet[Grant]:
        """Return those this incident suspended."""
        return grants_stopped(case).select_related("system__owner", "service")


class PaperForm(SeenForm):
    """Which report is issued."""

    kind = _chosen(
        gettext_lazy("Loại báo cáo"),
        [(kind, kind.label) for kind in (PaperKind.FIRST, PaperKind.PROGRESS, PaperKind.FINAL)],
    )


def first_words(incident: Incident) -> dict[str, str]:
    """Return how a first public word and its title may begin, restricted services left out; the person edits both."""
    when = f"{incident.started_at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}"
    text = _("Chúng tôi ghi nhận sự cố từ %(time)s và đang xử lý. Thông tin tiếp theo được cập nhật tại đây.")
    names = services_said(title for _pk, title in public_services([incident.pk]).get(incident.pk, []))
    title = _("Sự cố dịch vụ %(names)s") % {"names": names} if names else _("Sự cố nền tảng LGSP")
    return {"text": text % {"time": when}, "public_title": title[:200]}
