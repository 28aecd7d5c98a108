"""The gate every handed-in file passes: kind by ending and content, size, and nothing in it that acts (ux.md §4.3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import puremagic
from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from core.files import messages, office, pdf
from core.files.names import OddName, ending, safe_name
from core.files.unsafe import Unsafe
from core.problems import InvalidInput

# Ending -> media type of the documents people attach, and of messages. What is not here is not taken.
MEDIA = {"pdf": "application/pdf", **office.MEDIA}
MESSAGES = messages.MEDIA
_INSPECT: Mapping[str, Callable[[bytes, str], None]] = {
    "pdf": pdf.inspect,
    **dict.fromkeys(office.MEDIA, office.inspect),
    **dict.fromkeys(MESSAGES, messages.inspect),
}
_MB = 1024 * 1024
_CFB = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the old container: password-protected and pre-2007 office files


class Given(Protocol):
    """A file as the framework hands it over."""

    name: str | None
    size: int | None

    def read(self) -> bytes:
        """Return its whole content."""
        ...


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that passed: its name made safe, its media type, its content."""

    name: str
    media_kind: str
    content: bytes


def check_upload(file: Given, *, field: str = "file", taken: Mapping[str, str] = MEDIA) -> Upload:
    """Read *file* with suspicion and return it fit to keep. Raises InvalidInput on *field* with what and how.

    *taken* is :data:`MEDIA` or :data:`MESSAGES`.
    Memory stays within a small multiple of the size limit, and time within seconds, whatever the file claims.
    """
    try:
        return _checked(file, taken)
    except (OddName, Unsafe) as error:
        raise InvalidInput({field: [str(error)]}) from error


def _checked(file: Given, taken: Mapping[str, str]) -> Upload:
    name = safe_name(str(file.name or ""))
    kind, only = ending(name), ", ".join(taken).upper()
    if kind not in taken:
        raise Unsafe(_("Tệp «%(name)s» không được hỗ trợ. Chỉ nhận %(only)s") % {"name": name, "only": only})
    size = file.size or 0
    if not size:
        raise Unsafe(_("Tệp rỗng, hãy chọn lại"))
    if size > settings.UPLOAD_MAX_BYTES:
        raise too_heavy(size)
    content = file.read()
    if taken is MEDIA:
        _require_kind(name, kind, content)
    try:
        _INSPECT[kind](content, kind)
    except Unsafe as error:
        raise Unsafe(_("Tệp «%(name)s»: %(why)s") % {"name": name, "why": error}) from error
    return Upload(name, taken[kind], content)


def too_heavy(size: int) -> Unsafe:
    """Return the refusal of a file of *size* bytes."""
    shown = number_format(size / _MB, decimal_pos=1, force_grouping=True)
    most = number_format(settings.UPLOAD_MAX_BYTES / _MB, decimal_pos=0)
    return Unsafe(_("Tệp nặng %(size)s MB, tối đa %(most)s MB") % {"size": shown, "most": most})


def _require_kind(name: str, kind: str, content: bytes) -> None:
    """Refuse content that is not what the ending says."""
    if content.startswith(_CFB):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Unsafe(_("Tệp «%(name)s» đang đặt mật khẩu; bỏ mật khẩu rồi chọn lại") % {"name": name})
        raise Unsafe(_("Tệp «%(name)s» ở dạng cũ; lưu lại thành DOCX, XLSX hoặc PDF rồi chọn lại") % {"name": name})
    try:
        found = {match.extension for match in puremagic.magic_string(content)}
    except puremagic.PureError:
        found = set()
    if f".{kind}" not in found:
        text = _("Nội dung tệp «%(name)s» không phải %(kind)s. Chỉ nhận PDF, DOCX, XLSX")
        raise Unsafe(text % {"name": name, "kind": kind.upper()})
