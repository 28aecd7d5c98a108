"""What the deeds on services, versions and their parts are called where facts are listed."""

from django.utils.translation import gettext_lazy as _

SERVICE_DEEDS = {
    "service.entered": _("Đăng ký dịch vụ"),
    "service.changed": _("Sửa thông tin dịch vụ"),
    "version.made": _("Lập phiên bản"),
    "version.changed": _("Sửa giới hạn của phiên bản"),
    "version.asked": _("Đề nghị công bố"),
    "version.recalled": _("Rút đề nghị công bố"),
    "version.returned": _("Trả lại để hoàn thiện"),
    "version.published": _("Công bố phiên bản"),
    "version.deprecated": _("Báo ngừng cung cấp"),
    "version.redated": _("Đổi ngày ngừng cung cấp"),
    "version.resumed": _("Tiếp tục cung cấp"),
    "version.withdrawn": _("Ngừng cung cấp phiên bản"),
    "operation.entered": _("Nhập thao tác"),
    "operation.changed": _("Sửa thao tác"),
    "operation.removed": _("Gỡ thao tác"),
    "upstream.entered": _("Nhập địa chỉ hệ thống nguồn"),
    "upstream.changed": _("Sửa địa chỉ hệ thống nguồn"),
    "upstream.login_tried": _("Thử đăng nhập vào hệ thống nguồn"),
    "description.handed_in": _("Gửi tệp mô tả"),
    "description.applied": _("Áp dụng tệp mô tả"),
}
