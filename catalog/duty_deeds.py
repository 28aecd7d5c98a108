"""Deeds around the catalogue, in words (``audit.deeds``): documents, direct sharing, errors in data, freshness."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

NAMES: dict[str, StrOrPromise] = {
    "document.entered": _("Nhập tài liệu kỹ thuật"),
    "document.changed": _("Sửa tài liệu kỹ thuật"),
    "document.level_changed": _("Đổi mức tài liệu"),
    "document.version_added": _("Thêm phiên bản tài liệu"),
    "document.published": _("Công bố tài liệu"),
    "document.withdrawn": _("Thu hồi tài liệu"),
    "document.released": _("Cung cấp tài liệu cho cơ quan"),
    "document.release_ended": _("Thu lại tài liệu đã cung cấp cho cơ quan"),
    "document.release_handed_over": _("Chuyển tài liệu đã cung cấp sang cơ quan kế thừa"),
    "document.given": _("Cung cấp tài liệu cho một người"),
    "document.taken_back": _("Thu lại tài liệu đã cung cấp cho một người"),
    "sharing.entered": _("Ghi trường hợp chia sẻ trực tiếp"),
    "sharing.changed": _("Sửa trường hợp chia sẻ trực tiếp"),
    "sharing.reviewed": _("Rà soát trường hợp chia sẻ trực tiếp"),
    "sharing.ended": _("Chấm dứt chia sẻ trực tiếp"),
    "sharing.handed_over": _("Chuyển trường hợp chia sẻ trực tiếp sang cơ quan kế thừa"),
    "data_error.filed": _("Báo sai lệch dữ liệu"),
    "data_error.answered": _("Trả lời sai lệch dữ liệu"),
    "data_error.reopened": _("Mở lại phản ánh sai lệch dữ liệu"),
    "data_error.closed": _("Đóng phản ánh sai lệch dữ liệu"),
    "data_error.handed_over": _("Chuyển phản ánh sai lệch dữ liệu sang cơ quan kế thừa"),
    "service.data_updated": _("Xác nhận dữ liệu đã cập nhật"),
    "call_id": _("mã yêu cầu của lượt gọi"),
    "due_at": _("hạn trả lời"),
    "person": _("người được cung cấp"),
    "until": _("đến hết ngày"),
    "outcome": _("kết quả rà soát"),
}
