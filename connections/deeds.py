"""What this floor records of papers and connections, in words (``audit.deeds``); dossiers: see their timeline."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

NAMES: dict[str, StrOrPromise] = {
    "printout.issued": _("Lập văn bản của hồ sơ"),
    "printout.withdrawn": _("Thu hồi văn bản không còn giá trị"),
    "printout.numbered": _("Vào số văn bản"),
    "printout.signed_file_kept": _("Lưu bản đã ký"),
    "printout_template.saved": _("Lưu mẫu văn bản"),
    "letterhead.saved": _("Lưu tiêu đề văn bản của cơ quan"),
    "connection.opened": _("Mở kết nối"),
    "connection.closed": _("Đóng kết nối"),
    "hold.placed": _("Tạm dừng kết nối"),
    "hold.lifted": _("Khôi phục kết nối"),
    "ending.asked": _("Đề nghị hủy kết nối"),
    "ending.withdrawn": _("Rút đề nghị hủy kết nối"),
    "ending.accepted": _("Chấp nhận đề nghị hủy kết nối"),
    "ending.declined": _("Không chấp nhận đề nghị hủy kết nối"),
    "contact.replaced": _("Đổi đầu mối của kết nối"),
    "technical_contact": _("Cán bộ kỹ thuật"),
    "duty_contact": _("Đầu mối trực"),
    "wanted_day": _("Ngày đề nghị ngừng"),
    "declaration_point.saved": _("Lưu nội dung cam kết hằng năm"),
    "connection.declared": _("Cam kết an toàn thông tin hằng năm"),
    "inspection.opened": _("Mở đợt kiểm tra định kỳ"),
    "inspection.marked": _("Đánh giá tiêu chí của đợt kiểm tra"),
    "inspection.concluded": _("Kết luận đợt kiểm tra định kỳ"),
    "agency.handed_over": _("Bàn giao cho cơ quan kế thừa"),
    "system.transferred": _("Chuyển hệ thống sang cơ quan kế thừa"),
    "service.transferred": _("Chuyển dịch vụ dữ liệu sang cơ quan kế thừa"),
    "request.handed_over": _("Chuyển hồ sơ sang cơ quan kế thừa"),
    "hold.handed_over": _("Chuyển quyền khôi phục sang cơ quan kế thừa"),
}
