"""Reports of wrong data: read by either side, filed by a system of the side that found it (QC4.5, QC11.4)."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.data_error_shapes import ReportBody, ReportSerializer
from catalog.api.reading import actor_of, code_in_path
from catalog.duty_choices import ErrorState
from catalog.models import DataErrorReport, DataService
from catalog.models.data_errors import READ_OWN
from catalog.services.data_errors import FIELDS, file_error
from catalog.services.judging import tidied
from core.api.bodies import KEY_HEADER, MAX_KEY, judged, once_token, read_body
from core.api.pages import Pages
from core.api.views import DetailView, WritableListView
from core.problems import InvalidInput

READ = (*READ_OWN, "service.view_all")
_KEY: Any = {"type": "string", "minLength": 1, "maxLength": MAX_KEY}
_TOKEN: Any = {"type": "string", "minLength": 32, "maxLength": 64}


class ByNumber(Pages):
    """Pages in the order of filing."""

    sorts = {"filed": ("id",)}


class ReportFilter(filters.FilterSet):
    """By service and state; ``overdue`` is now."""

    service = filters.CharFilter(field_name="service__code", max_length=64, help_text=_("Mã dịch vụ dữ liệu."))
    state = filters.ChoiceFilter(choices=ErrorState.choices, help_text=_("Tình trạng."))
    overdue = filters.BooleanFilter(
        method="by_days", help_text=_("Đã quá hạn trả lời hay chưa; bỏ trống để lấy tất cả.")
    )

    def by_days(self, queryset, name: str, value: bool):  # type: ignore[no-untyped-def]
        """Keep what is late, or the rest."""
        late = DataErrorReport.objects.overdue().values("pk")
        return queryset.filter(pk__in=late) if value else queryset.exclude(pk__in=late)


def reports_for(view: Any) -> Any:
    """Return the reports the caller may see with what either side said; two queries a page."""
    seen = DataErrorReport.objects.visible_to(actor_of(view)).select_related("agency", "service")
    return seen.prefetch_related("entries__agency")


@extend_schema_view(
    get=extend_schema(
        summary="Danh sách phản ánh sai lệch dữ liệu",
        description=_("Phản ánh của cơ quan và phản ánh về dịch vụ cơ quan cung cấp; cán bộ của Sở thấy hết."),
    )
)
class DataErrorReports(WritableListView[DataErrorReport]):
    """Reports the caller may see, and a new one."""

    wanted = READ
    queryset = DataErrorReport.objects.none()
    serializer_class = ReportSerializer
    filterset_class = ReportFilter
    pagination_class = ByNumber

    def get_queryset(self) -> Any:
        """Return what the caller may see."""
        return reports_for(self)

    @extend_schema(
        operation_id="data_error_reports_create",
        summary="Báo sai lệch dữ liệu",
        description=_(
            "Gửi một phản ánh tới cơ quan cung cấp, thay mặt cơ quan của người gọi. Gửi lại cùng nội dung với cùng"
            " khóa gửi lại thì nhận lại phản ánh đã gửi."
        ),
        request=ReportBody,
        responses={201: ReportSerializer},
        parameters=[
            OpenApiParameter(
                "X-CSRFToken",
                _TOKEN,
                OpenApiParameter.HEADER,
                required=True,
                description=_("Mã bảo vệ của phiên làm việc; cách lấy ghi ở mục Quy ước."),
            ),
            OpenApiParameter(
                KEY_HEADER,
                _KEY,
                OpenApiParameter.HEADER,
                description=_("Khóa do bên gọi tự đặt cho lần gửi này, để gửi lại không thành hai phản ánh."),
            ),
        ],
    )
    def post(self, request: Request) -> Response:
        """File a report; the same key and content twice are one. Refusals are the deed's."""
        told = judged(ReportBody(), read_body(request))
        told["service"] = _service(told["service"])
        token = once_token(request)
        report = file_error(actor=actor_of(self), form_token=token, **told)
        if token is not None and not _same(report, told):
            raise InvalidInput({"": [_now("Idempotency-Key này đã dùng cho một phản ánh khác; đặt khóa mới")]})
        made = reports_for(self).get(pk=report.pk)
        return self.made(made, reverse("api-data-error-report", kwargs={"code": made.code}))


def _service(code: str) -> DataService:
    found = DataService.objects.published().filter(code=code).first()
    if found is None:
        text = _now("Không có dịch vụ mang mã này trong danh mục; xem các mã tại /api/v1/services")
        raise InvalidInput({"service": [text]})
    return found


def _same(report: DataErrorReport, told: dict[str, Any]) -> bool:
    """Return whether *report* says what is *told* now; what a call filled in need not be told again."""
    texts = tidied(DataErrorReport, told, FIELDS)
    filled = {"version", "operation"}
    said = {name: getattr(report, name) for name in texts}
    same = all(text == said[name] or (not text and name in filled) for name, text in texts.items())
    return same and report.service_id == told["service"].pk and report.call_id == told.get("call_id")


@extend_schema_view(
    get=extend_schema(
        operation_id="data_error_reports_retrieve",
        summary="Một phản ánh sai lệch dữ liệu",
        description=_("Tìm theo mã phản ánh, gồm ý kiến của hai bên."),
        parameters=[code_in_path(_("Mã phản ánh, ví dụ SL-261129-0001."), 24)],
    )
)
class DataErrorReportDetail(DetailView[DataErrorReport]):
    """One report by its code."""

    wanted = READ
    queryset = DataErrorReport.objects.none()
    serializer_class = ReportSerializer
    lookup_field = "code"

    def get_queryset(self) -> Any:
        """Return what the caller may see."""
        return reports_for(self)
