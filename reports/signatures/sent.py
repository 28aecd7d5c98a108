"""A request as somebody pasted it: method, address, headers, content."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from core.problems import InvalidInput

MOST_HEADERS, LONGEST = 80, 20_000
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,80}\Z")
_SECRET = re.compile(r"\bsk_(?:test|live)_[0-9A-Za-z]{8,}")


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent; ``headers`` in their order with names as typed, ``query`` begins with "?" and is "?" without one.

    ``authority`` is that of the address or of the Host header, "" where neither says it; ``host`` is the header's.
    """

    method: str
    authority: str
    host: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]

    def header(self, name: str) -> str | None:
        """Return the value of a header, None without it, the first of several."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def holds_secret(*texts: str) -> bool:
    """Return whether one of *texts* holds what looks like a secret key, which nobody may paste anywhere."""
    return any(_SECRET.search(text) for text in texts)


def read_sent(*, method: str, address: str, headers: str) -> Sent:
    """Return the request. Raises InvalidInput on ``address`` or ``headers`` with what cannot be read."""
    pairs = tuple(_pairs(headers))
    host = next((value for name, value in pairs if name.lower() == "host"), "")
    address = address.strip()
    if address.startswith("/"):
        authority, target = host, address
    else:
        authority, target = _whole(address)
    path, mark, query = target.partition("#")[0].partition("?")
    return Sent(method.strip(), authority or host, host, path, mark + query or "?", pairs)


def _whole(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        text = _("Nhập địa chỉ đầy đủ (https://…) hoặc đường dẫn bắt đầu bằng dấu gạch chéo như đã gửi")
        raise InvalidInput({"address": [text]})
    # The bytes as typed, nothing decoded or put in order.
    rest = address.partition("://")[2][len(parts.netloc) :]
    return parts.netloc, rest if rest.startswith("/") else f"/{rest}"


def _pairs(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, colon, value = line.partition(":")
        if not colon or not _NAME.match(name.strip()):
            said = {"line": number}
            raise InvalidInput({"headers": [_("Dòng %(line)d chưa theo dạng Tên: giá trị") % said]})
        found.append((name.strip(), value.strip()))
        if len(found) > MOST_HEADERS:
            raise InvalidInput({"headers": [_("Quá nhiều tiêu đề, tối đa %(most)d") % {"most": MOST_HEADERS}]})
    return found
