"""The call log as tables Django reads and never writes. Rows are written by ``audit.admission`` (docs/evidence.md)."""

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from core.actor import Actor

Row = TypeVar("Row", bound=models.Model)


class CallLogQuerySet(models.QuerySet[Row]):
    """Reading the call log."""

    parties = ""

    def visible_to(self, actor: "Actor") -> "CallLogQuerySet[Row]":
        """Return all rows to ``calllog.view_all``, to ``calllog.view_own`` what the agency called or answered."""
        if actor.may("calllog.view_all"):
            return self
        if actor.may("calllog.view_own") and actor.agency_id:
            return self.of_agency(actor.agency_id)
        return self.none()

    def of_agency(self, agency_id: int) -> "CallLogQuerySet[Row]":
        """Return the calls *agency_id* made or answered."""
        return self.filter(Q(agency_id=agency_id) | Q(provider_id=agency_id))


class OutcomeQuerySet(CallLogQuerySet["Outcome"]):
    """Reading outcomes, which know their parties by their intent."""

    def of_agency(self, agency_id: int) -> "OutcomeQuerySet":
        """Return the outcomes of calls *agency_id* made or answered."""
        return self.filter(call_id__in=Intent.objects.of_agency(agency_id).values("call_id"))


class ReadOnly(models.Model):
    """Base of rows the portal only reads."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Refuse: the call log has one writer."""
        raise TypeError("the call log is written by audit.admission only")

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: evidence stays."""
        raise TypeError("rows of the call log are never deleted")


class Intent(ReadOnly):
    """A call as it was submitted, before anything was forwarded (QC4.7).

    A call whose view was stale is submitted twice and then has two rows with one ``call_id``; everything else has one.
    """

    call_id = models.UUIDField(_("mã cuộc gọi"), primary_key=True)
    received_at = models.DateTimeField(_("thời điểm nhận"))
    environment = models.TextField(_("môi trường"))
    method = models.TextField(_("phương thức"))
    service = models.TextField(_("dịch vụ dữ liệu"))
    version = models.TextField(_("phiên bản"))
    operation = models.TextField(_("thao tác"))
    key_id = models.BigIntegerField(_("số khóa"))
    access_key = models.TextField(_("khóa truy cập"))
    system_id = models.BigIntegerField(_("số hệ thống"))
    system_code = models.TextField(_("hệ thống"))
    agency_id = models.BigIntegerField(_("số cơ quan"))
    agency_code = models.TextField(_("cơ quan khai thác"))
    provider_id = models.BigIntegerField(_("số cơ quan cung cấp"))
    provider_code = models.TextField(_("cơ quan cung cấp"))
    grant_code = models.TextField(_("quyền khai thác"))
    purpose = models.TextField(_("mục đích"))
    gate_id = models.IntegerField(_("cửa"))
    gate_version = models.BigIntegerField(_("phiên bản cửa"))
    address = models.TextField(_("địa chỉ mạng"))
    auth = models.TextField(_("cách xác thực"), default="")
    procedure = models.TextField(_("thủ tục hành chính"), default="")
    total_gate_id = models.IntegerField(_("cửa của cả dịch vụ"), default=0)
    request_bytes = models.BigIntegerField(_("dung lượng yêu cầu"))
    body_digest = models.BinaryField(_("giá trị băm nội dung"))
    query_digest = models.BinaryField(_("giá trị băm tham số"))
    officer_digest = models.BinaryField(_("giá trị băm mã cán bộ"), default=b"")
    created = models.DateTimeField(_("thời điểm ký"), null=True)
    nonce = models.BinaryField(_("số dùng một lần"))
    owned = models.BooleanField(_("gửi lại"))
    refused = models.BooleanField(_("từ chối trước khi xét"))
    calls = models.IntegerField(_("số cuộc gọi"))
    epoch = models.BigIntegerField(_("chuỗi"))
    n = models.BigIntegerField(_("vị trí trong chuỗi"))
    prev_mac = models.BinaryField(_("mã xác thực dòng trước"))
    row_mac = models.BinaryField(_("mã xác thực"))
    verdict = models.TextField(_("kết luận"))
    admitted_at = models.DateTimeField(_("thời điểm xét"))

    objects = CallLogQuerySet["Intent"].as_manager()

    class Meta:
        managed = False
        db_table = "audit_intent"
        verbose_name = _("cuộc gọi")
        verbose_name_plural = _("cuộc gọi")

    def __str__(self) -> str:
        return str(self.call_id)


class Outcome(ReadOnly):
    """How a call ended. A streamed answer has two rows: S before its first byte, C when it is over."""

    call_id = models.UUIDField(_("mã cuộc gọi"), primary_key=True)
    received_at = models.DateTimeField(_("thời điểm nhận"))
    finished_at = models.DateTimeField(_("thời điểm xong"))
    status = models.SmallIntegerField(_("mã trạng thái"))
    reason = models.TextField(_("mã lý do"))
    side = models.TextField(_("bên gây lỗi"))
    upstream_id = models.BigIntegerField(_("số máy chủ cung cấp"))
    upstream_status = models.SmallIntegerField(_("mã trạng thái bên cung cấp"))
    response_bytes = models.BigIntegerField(_("dung lượng trả lời"))
    total_ms = models.IntegerField(_("tổng thời gian, ms"))
    upstream_ms = models.IntegerField(_("thời gian bên cung cấp, ms"))
    fields_dropped = models.IntegerField(_("số trường đã bỏ"))
    stage = models.TextField(_("loại kết quả"))
    verdict = models.TextField(_("kết luận"))
    admitted_at = models.DateTimeField(_("thời điểm xét"))
    intent_epoch = models.BigIntegerField(_("chuỗi của yêu cầu"))
    intent_n = models.BigIntegerField(_("vị trí của yêu cầu"))
    earlier = models.BinaryField(_("mã xác thực các lần xét trước"))
    epoch = models.BigIntegerField(_("chuỗi"))
    n = models.BigIntegerField(_("vị trí trong chuỗi"))
    prev_mac = models.BinaryField(_("mã xác thực dòng trước"))
    row_mac = models.BinaryField(_("mã xác thực"))

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        managed = False
        db_table = "audit_outcome"
        verbose_name = _("kết quả cuộc gọi")
        verbose_name_plural = _("kết quả cuộc gọi")

    def __str__(self) -> str:
        return f"{self.call_id}: {self.status}"
