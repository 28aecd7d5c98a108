"""What to do about an alert, by what was noticed: one text for letters and pages."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from incidents.alert_choices import Detector

ADVICE: Mapping[Detector, StrOrPromise] = {
    Detector.REFUSALS: _(
        "Mở nhật ký lượt gọi của khóa, xem mã lỗi nào lặp lại; cơ quan khai thác sửa chương trình hoặc thay khóa."
    ),
    Detector.SCOPE: _(
        "Đối chiếu thao tác đã gọi với quyền khai thác; cần thêm thì gửi đề nghị, không cần thì sửa chương trình."
    ),
    Detector.PURPOSE: _(
        "Hỏi cơ quan khai thác vì sao gọi với mục đích khác; dùng sai mục đích là hành vi bị cấm, lập biên bản khi có."
    ),
    Detector.DIGEST: _(
        "Kiểm tra chương trình ký và đường truyền; nội dung bị đổi trên đường là sự cố an toàn thông tin."
    ),
    Detector.NEW_ADDRESS: _(
        "Hỏi cơ quan khai thác địa chỉ có phải của mình; không phải thì thu hồi khóa và xem các lượt đã gọi."
    ),
    Detector.OFF_HOURS: _("Hỏi cơ quan khai thác việc gọi ngoài giờ có chủ ý; không thì thay khóa."),
    Detector.VOLUME: _(
        "Cơ quan khai thác giải thích hoặc khai báo lại mức khai thác; lưu ý sao chép dữ liệu hàng loạt."
    ),
    Detector.QUOTA: _("Hết hạn mức thì lượt gọi bị từ chối đến hết ngày; cần thêm thì gửi đề nghị thay đổi quyền."),
    Detector.SILENCE: _("Cơ quan khai thác kiểm tra chương trình; thôi không dùng thì trả lại quyền khai thác."),
    Detector.ERROR_RATIO: _("Cơ quan cung cấp xem hệ thống nguồn; nhật ký lượt gọi cho biết mã lỗi và thời điểm."),
    Detector.SLOW: _("Cơ quan cung cấp xem hệ thống nguồn; quá 30 giây thì lượt gọi bị ngắt."),
    Detector.OUTAGE: _(
        "Lượt gọi được chuyển sang địa chỉ khác của dịch vụ nếu có, nếu không thì bên gọi nhận mã lỗi 503. Cơ quan "
        "cung cấp kiểm tra hệ thống nguồn và đường truyền; nền tảng tự gọi lại và báo khi hệ thống nguồn trả lời."
    ),
    Detector.MISSED_CHECK: _("Xem tiến trình nền của nền tảng; trong lúc này tình trạng kết nối không được cập nhật."),
    Detector.CERTIFICATE: _("Cơ quan cung cấp thay chứng thư trước ngày hết hạn; hết hạn thì mọi lượt gọi bị lỗi."),
    Detector.SEALING: _("Xem tiến trình niêm phong; để quá lâu thì nền tảng ngừng nhận lượt gọi."),
    Detector.LETTERS: _(
        "Kiểm tra máy chủ thư và kết nối tới đó. Thư được giữ lại và tự gửi khi máy chủ thư hoạt động, mỗi thư một "
        "lần; trong lúc chờ, thông báo vẫn có trên cổng."
    ),
    Detector.SNAPSHOT: _("Tìm và kết thúc phiên làm việc đang giữ giao dịch; để lâu làm chậm mọi lượt gọi."),
    Detector.DISK: _("Mở rộng hoặc dọn dung lượng; đầy thì nền tảng ngừng nhận lượt gọi."),
    Detector.CPU: _("Mức bình quân vượt ngưỡng là căn cứ xem xét nâng cấp máy chủ."),
}
