"""The figures of the guide as they are in force: bounds of the broker, terms of the environments."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.humanize.templatetags.humanize import intcomma
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from broker.limits import PER_PROVIDER
from broker.tokens import MOST_FORM_BYTES
from broker.tokens.issuing import SECONDS as TOKEN_SECONDS
from broker.verifying import AHEAD_SECONDS, PAST_SECONDS
from broker.wire import MAX_HEADER_BYTES, MAX_HEADERS, MAX_TARGET
from catalog.models.services import MAX_REQUEST_BYTES
from catalog.models.upstreams import MAX_TIMEOUT_MS
from connections.models import EnvironmentTerms

# What is bounded, and how.
Row = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds, bytes and counts; ``terms`` is what each environment gives new keys and grants.

    ``gzip_bytes``: from which size answers are compressed, 0: none is.
    """

    terms: list[EnvironmentTerms]
    gzip_bytes: int
    past_seconds: int = PAST_SECONDS
    ahead_seconds: int = AHEAD_SECONDS
    target_bytes: int = MAX_TARGET
    headers: int = MAX_HEADERS
    header_bytes: int = MAX_HEADER_BYTES
    request_bytes: int = MAX_REQUEST_BYTES
    call_seconds: int = MAX_TIMEOUT_MS // 1000
    token_minutes: int = TOKEN_SECONDS // 60
    token_form_bytes: int = MOST_FORM_BYTES
    provider_calls: int = PER_PROVIDER

    @property
    def by_environment(self) -> list[tuple[str, list[Row]]]:
        """What each environment gives, row by row."""
        return [(terms.get_environment_display(), _terms(terms)) for terms in self.terms]

    @property
    def each_call(self) -> list[Row]:
        """The bounds of one call, row by row."""
        size, tokens = filesizeformat(self.request_bytes), filesizeformat(self.token_form_bytes)
        text = {
            _("Thời gian cho cả lượt gọi"): _("Tối đa %(n)s giây, ngắn hơn nếu dịch vụ đặt ngắn hơn"),
            _("Nội dung gửi lên"): _("Theo từng dịch vụ, không quá %(size)s; nén gzip khi dịch vụ ghi là nhận"),
            _("Câu trả lời nén gzip"): _gzip(self.gzip_bytes),
            _("Đường dẫn và truy vấn"): _("%(target)s byte"),
            _("Tiêu đề"): _("%(headers)s tiêu đề, %(header_bytes)s byte"),
            _("Lệch đồng hồ"): _("Chậm %(past)s giây, nhanh %(ahead)s giây"),
            _("Lượt cùng lúc tới một cơ quan cung cấp"): _("%(calls)s, hoặc ít hơn theo sức chịu của hệ thống nguồn"),
            _("Yêu cầu xin mã truy cập"): _("%(tokens)s; mã dùng %(minutes)s phút"),
        }
        figures = {
            "n": self.call_seconds,
            "size": size,
            "gzip": intcomma(self.gzip_bytes),
            "target": intcomma(self.target_bytes),
            "headers": self.headers,
            "header_bytes": intcomma(self.header_bytes),
            "past": self.past_seconds,
            "ahead": self.ahead_seconds,
            "calls": intcomma(self.provider_calls),
            "tokens": tokens,
            "minutes": self.token_minutes,
        }
        return [(term, value % figures) for term, value in text.items()]


def _gzip(least: int) -> str:
    return _("Khi bên gọi nhận gzip, câu trả lời từ %(gzip)s byte trở lên") if least else _("Không nén")


def _terms(terms: EnvironmentTerms) -> list[Row]:
    none = _("Không giới hạn")
    return [
        (_("Lượt mỗi ngày của một quyền, tối đa"), _number(terms.quota_limit, _("Theo hồ sơ"))),
        (_("Lượt mỗi giây khi hồ sơ không khai"), _number(terms.rate_per_second, none)),
        (_("Lượt mỗi phút khi hồ sơ không khai"), _number(terms.rate_per_minute, none)),
        (_("Lượt cùng lúc của một khóa"), _number(terms.key_calls, none)),
        (_("Số khóa dùng cùng lúc"), str(terms.key_count)),
        (_("Số ngày dùng của một khóa"), str(terms.key_days)),
        (_("Số ngày khóa cũ còn dùng sau khi thay"), str(terms.overlap_days)),
    ]


def _number(value: int | None, none: str) -> str:
    return str(intcomma(value)) if value else none


def figures() -> Figures:
    """Return the figures in force now; one query."""
    return Figures(list(EnvironmentTerms.objects.order_by("-environment")), settings.GZIP_FROM)
