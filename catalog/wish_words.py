"""Names of things about asking for data that does not exist yet, and of what is recorded of it (``audit.deeds``)."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise


class WishState(TextChoices):
    """Where a wish stands."""

    OPEN = "open", _("Chờ trả lời")
    ANSWERED = "answered", _("Đã trả lời")


class WishOutcome(TextChoices):
    """What SKHCN answers."""

    EXISTS = "exists", _("Đã có dịch vụ đáp ứng")
    PLANNED = "planned", _("Sẽ xây dựng dịch vụ")
    REFUSED = "refused", _("Chưa đáp ứng được")


NAMES: dict[str, StrOrPromise] = {
    "wish.sent": _("Gửi nhu cầu dữ liệu"),
    "wish.transferred": _("Chuyển nhu cầu dữ liệu sang cơ quan kế thừa"),
    "wish.answered": _("Trả lời nhu cầu dữ liệu"),
    "sector.entered": _("Nhập lĩnh vực"),
    "sector.changed": _("Sửa lĩnh vực"),
}
