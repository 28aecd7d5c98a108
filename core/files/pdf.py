"""What a PDF may not carry: scripts, launchers, embedded files, encryption (ISO 32000-2, 7.5–7.6, 7.11, 12.6).

Names are looked for in the whole file, stream bodies included, because a reader goes where the cross-reference table
sends it, not where a scanner thinks objects end; and in every stream that could hold objects, unpacked within bounds.
"""

import re
import zlib
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.files.unsafe import Unsafe, unreadable, unsafe

_END = rb"(?=[\s/<>\[\]()%{}]|$)"
_FORBIDDEN = {
    b"JavaScript": gettext_lazy("mã lệnh trong tệp PDF"),
    b"Rendition": gettext_lazy("nội dung tự chạy trong tệp PDF"),
    b"RichMedia": gettext_lazy("nội dung tự chạy trong tệp PDF"),
    b"Launch": gettext_lazy("lệnh mở chương trình khác"),
    b"EmbeddedFile": gettext_lazy("tệp khác nhúng bên trong"),
    b"EmbeddedFiles": gettext_lazy("tệp khác nhúng bên trong"),
    b"GoToE": gettext_lazy("tệp khác nhúng bên trong"),
    b"ImportData": gettext_lazy("lệnh lấy dữ liệu từ tệp khác"),
    b"SubmitForm": gettext_lazy("biểu mẫu tự gửi dữ liệu đi nơi khác"),
    b"XFA": gettext_lazy("biểu mẫu động"),
}
_NAMES = re.compile(rb"/(" + b"|".join(sorted(_FORBIDDEN, reverse=True)) + rb")" + _END)
_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
# Letters of a name may be written as #xx (7.3.5); honest writers never do that to letters.
_ESCAPED = re.compile(rb"#(4[1-9A-Fa-f]|5[0-9Aa]|6[1-9A-Fa-f]|7[0-9Aa])")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_DICTIONARY = 4096  # bytes before a stream in which its dictionary is looked for
_LONGEST = 64  # longer than any name looked for: what two pieces share
_PIECE = 256 * 1024
# Objects in streams: real ones hold some hundred kilobytes; all of a file's together stay below the second bound.
_MAX_STREAM, _MAX_UNPACKED = 16 * 1024 * 1024, 128 * 1024 * 1024
_MAX_STREAMS = 200_000


def inspect(content: bytes, kind: str = "pdf") -> None:
    """Judge a whole PDF. Raises :class:`Unsafe`."""
    tail = content[-2048:]
    if not content.startswith(b"%PDF-") or b"startxref" not in tail or b"%%EOF" not in tail:
        raise unreadable(_("mở tệp, lưu hoặc in lại thành PDF rồi chọn lại"))
    if _ENCRYPTED.search(content):
        raise Unsafe(_("đang đặt mật khẩu hoặc hạn chế quyền; lưu lại bản không mật khẩu rồi chọn lại"))
    _refuse_names(content)
    for piece in _unpacked(content):
        _refuse_names(piece)


def _refuse_names(data: bytes) -> None:
    plain = _ESCAPED.sub(lambda match: bytes([int(match.group(1), 16)]), data) if b"#" in data else data
    if found := _NAMES.search(plain):
        raise unsafe(_FORBIDDEN[found.group(1)])


def _unpacked(content: bytes) -> Iterator[bytes]:
    """Give what the packed streams that could hold objects say, in pieces that overlap by a name's length."""
    total = 0
    for count, match in enumerate(_STREAM.finditer(content)):
        if count > _MAX_STREAMS:
            raise unsafe(_("quá nhiều thành phần để kiểm tra"))
        start = match.end()
        head = content[max(0, match.start() - _DICTIONARY) : match.start()].rpartition(b" obj")[2]
        if _is_picture(head) or not _is_zlib(content[start : start + 2]):
            continue
        size = 0
        for piece in _pieces(content, start):
            size += len(piece)
            total += len(piece)
            if total > _MAX_UNPACKED or (size > _MAX_STREAM and b"/ObjStm" in head):
                raise unsafe(_("giải nén ra quá lớn"))
            yield piece
            if size > _MAX_STREAM:
                break


def _is_picture(head: bytes) -> bool:
    """Return whether a stream is a picture and cannot be read as a store of objects, which needs /First (7.5.7)."""
    return b"/Image" in head and b"/First" not in head


def _is_zlib(start: bytes) -> bool:
    return len(start) == 2 and start[0] & 0x0F == 8 and (start[0] << 8 | start[1]) % 31 == 0


def _pieces(content: bytes, start: int) -> Iterator[bytes]:
    """Unpack the zlib stream that begins at *start*, never holding more than a piece; broken data ends it."""
    unpacker = zlib.decompressobj()
    position, waiting, kept = start, b"", b""
    while not unpacker.eof:
        if not waiting:
            waiting = content[position : position + _PIECE]
            position += _PIECE
            if not waiting:
                return
        try:
            piece = unpacker.decompress(waiting, _PIECE)
        except zlib.error:
            return
        waiting = unpacker.unconsumed_tail
        yield kept + piece
        kept = piece[-_LONGEST:]
