"""The developer's changelog: what changed in how the platform is called, and what services began or ended."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from catalog.choices import CALLABLE, ServiceState
from catalog.models import ServiceVersion
from core.clock import VIETNAM

MOST = 100


@dataclass(frozen=True, slots=True)
class Change:
    """What changed on a day, and where more is said ("" nowhere)."""

    day: date
    text: StrOrPromise
    url: str = ""


# What changed in how everything is called, the newest first; one row for each change a caller can notice.
PLATFORM = (
    Change(
        date(2026, 11, 30),
        gettext_lazy(
            "Mô tả OpenAPI nêu thêm dạng XML, cấu trúc thông điệp, tiêu đề hệ thống nguồn yêu cầu, ngày ngừng, "
            "địa chỉ SOAP; /api/data/-/services cũng vậy."
        ),
    ),
    Change(date(2026, 11, 29), gettext_lazy("Mô tả OpenAPI 3.1 và 3.0.3 cho từng dịch vụ; trang kiểm tra chữ ký.")),
    Change(
        date(2026, 11, 26),
        gettext_lazy("Mã truy cập OAuth 2 có hạn ngắn dùng thay chữ ký; chữ ký có thể kèm mã thủ tục hành chính."),
    ),
    Change(
        date(2026, 11, 24),
        gettext_lazy("Câu trả lời kèm tiêu đề RateLimit; khung giờ và số lượt mỗi giây, mỗi phút theo quyền."),
    ),
)


def service_changes() -> list[Change]:
    """Return what began and ended among the published versions, the newest first; one query."""
    found = ServiceVersion.objects.filter(published_at__isnull=False, state__in=[*CALLABLE, ServiceState.WITHDRAWN])
    rows = found.select_related("service").order_by("-published_at")[: 3 * MOST]
    changes = [change for version in rows for change in _of(version)]
    return sorted(changes, key=lambda item: item.day, reverse=True)[:MOST]


def _of(version: ServiceVersion) -> Iterator[Change]:
    named = {"title": version.service.title, "version": version.name}
    address = reverse("data_service", args=[version.service.code])
    if version.published_at:
        yield Change(
            version.published_at.astimezone(VIETNAM).date(), _("%(title)s %(version)s: công bố") % named, address
        )
    if version.deprecated_at and version.sunset_on:
        said = {**named, "day": f"{version.sunset_on:%d/%m/%Y}"}
        text = _("%(title)s %(version)s: báo ngừng cung cấp từ ngày %(day)s") % said
        yield Change(version.deprecated_at.astimezone(VIETNAM).date(), text, address)
    if version.withdrawn_at:
        yield Change(
            version.withdrawn_at.astimezone(VIETNAM).date(),
            _("%(title)s %(version)s: ngừng cung cấp") % named,
            address,
        )
