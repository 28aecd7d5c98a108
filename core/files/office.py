"""What a DOCX or XLSX may not carry: macros, foreign objects, links elsewhere, parts that grow (ECMA-376 parts 1, 2).

The container is judged by its directory before anything is unpacked; each part is then read in pieces, within the
sizes the directory told.
"""

import io
import re
import zipfile
from xml.parsers import expat

from django.utils.translation import gettext as _

from core.files.unsafe import Unsafe, unreadable, unsafe

_BASE = "application/vnd.openxmlformats-officedocument."
MEDIA = {"docx": f"{_BASE}wordprocessingml.document", "xlsx": f"{_BASE}spreadsheetml.sheet"}
_MAX_PARTS = 2000
# Unpacked, a file may be this many times its size (small ones more), and this large (bytes); real ones stay below.
_MAX_GROWTH, _SMALL, _MAX_UNPACKED = 200, 50_000, 200 * 1024 * 1024
_MAX_XML = 20 * 1024 * 1024  # a part that is read whole: types, relations, texts of a document
_PIECE = 256 * 1024
_DEPTH = 1  # a chart keeps its figures in a workbook inside the document; a workbook in that one is too much
_MACROS = ("vbaproject", "vbadata", "macroenabled", "macrosheet", "activex", "dialogsheet")
# Ends of relation types that bring something from elsewhere or that acts.
_RELATIONS = frozenset(
    "aFChunk attachedTemplate control externalLink externalLinkPath frame oleObject subDocument vbaProject "
    "xlMacrosheet xlIntlMacrosheet dialogsheet attachedToolbars keyMapCustomizations".lower().split()
)
_FIELDS = re.compile(rb"<(?:\w+:)?instrText[^>]*>([^<]*)<|\binstr=\"([^\"]*)\"")
_ACTING_FIELD = re.compile(rb"\bDDE(?:AUTO)?\b|\bINCLUDETEXT\b|\bDATABASE\b", re.IGNORECASE)


def inspect(content: bytes, kind: str, depth: int = 0) -> None:
    """Judge a whole package of *kind* ("docx", "xlsx"). Raises :class:`Unsafe`."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _judge_directory(package, len(content))
            _judge_types(package, kind)
            for part in package.infolist():
                _judge_part(package, part, depth)
    # zipfile raises NotImplementedError for a way of packing that it does not know: a file we refuse.
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, OSError, ValueError) as error:
        if isinstance(error, Unsafe):
            raise
        raise unreadable(_("mở tệp, lưu lại rồi chọn lại")) from error


def _judge_directory(package: zipfile.ZipFile, size: int) -> None:
    parts = package.infolist()
    names = [part.filename.lower() for part in parts]
    if any(part.flag_bits & 0x1 for part in parts):
        raise Unsafe(_("đang đặt mật khẩu; bỏ mật khẩu rồi chọn lại"))
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > _MAX_PARTS or unpacked > _MAX_UNPACKED or unpacked > _MAX_GROWTH * max(size, _SMALL):
        raise unsafe(_("giải nén ra quá lớn"))
    if len(set(names)) != len(names) or any(_is_odd(name) for name in names):
        raise unsafe(_("cấu trúc bên trong tệp bất thường"))
    if any(word in name for name in names for word in _MACROS):
        raise unsafe(_("có mã lệnh; lưu thành tệp thường không có mã lệnh"))


def _is_odd(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ".." in name.split("/") or ":" in name or "\0" in name


def _judge_types(package: zipfile.ZipFile, kind: str) -> None:
    """Refuse a package whose main part is of another kind, or that declares a part that acts."""
    main = (f"{MEDIA[kind]}.main+xml").lower()
    declared = [attributes.get("ContentType", "").lower() for attributes in _read(package, "[Content_Types].xml")]
    if any(word in kind_of for kind_of in declared for word in _MACROS):
        raise unsafe(_("có mã lệnh; lưu thành tệp thường không có mã lệnh"))
    if main not in declared:
        raise Unsafe(_("không phải %(kind)s. Chỉ nhận PDF, DOCX, XLSX") % {"kind": kind.upper()})


def _judge_part(package: zipfile.ZipFile, part: zipfile.ZipInfo, depth: int) -> None:
    name = part.filename.lower()
    if "/embeddings/" in f"/{name}":
        _judge_embedded(package, part, depth)
    elif name.endswith(".rels"):
        for attributes in _read(package, part.filename):
            _judge_relation(attributes)
    elif name.endswith((".xml", ".vml")):
        _judge_text(package, part)
    else:
        with package.open(part) as body:
            while body.read(_PIECE):
                pass


def _judge_embedded(package: zipfile.ZipFile, part: zipfile.ZipInfo, depth: int) -> None:
    if not part.filename.lower().endswith(".xlsx") or depth >= _DEPTH or part.file_size > _MAX_XML:
        raise unsafe(_("có đối tượng nhúng từ chương trình khác; thay bằng hình hoặc văn bản"))
    inspect(package.read(part), "xlsx", depth + 1)


def _judge_relation(attributes: dict[str, str]) -> None:
    relation = attributes.get("Type", "").rpartition("/")[2].lower()
    if relation in _RELATIONS:
        raise unsafe(_("có mã lệnh, đối tượng nhúng hoặc liên kết tới tệp khác"))
    if attributes.get("TargetMode", "").lower() == "external" and relation != "hyperlink":
        raise unsafe(_("có liên kết tự tải nội dung từ nơi khác"))


def _judge_text(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Read a part of text: no declaration of types before its root, and no field that fetches or runs."""
    parser, root = _parser([]), False
    word, fields = part.filename.lower().startswith("word/"), b""
    if word and part.file_size > _MAX_XML * 2:
        raise unsafe(_("phần văn bản quá lớn"))
    with package.open(part) as body:
        if word:
            whole = body.read()
            _feed(parser, whole, final=True)
            fields = b"".join(a or b" " + b + b" " for a, b in _FIELDS.findall(whole))
        else:
            while piece := body.read(_PIECE):
                root = root or _feed(parser, piece)
    if _ACTING_FIELD.search(fields):
        raise unsafe(_("có trường tự lấy nội dung từ nơi khác"))


class _RootSeen(Exception):
    """The root element began; nothing that follows can declare types."""


def _feed(parser: "expat.XMLParserType", piece: bytes, *, final: bool = False) -> bool:
    """Give *piece* to the parser; return whether the root element has begun."""
    try:
        parser.Parse(piece, final)
    except _RootSeen:
        return True
    except expat.ExpatError as error:
        raise unreadable(_("mở tệp, lưu lại rồi chọn lại")) from error
    return False


def _parser(found: list[dict[str, str]], *, whole: bool = False) -> "expat.XMLParserType":
    parser = expat.ParserCreate()

    def doctype(*_args: object) -> None:
        raise unsafe(_("có khai báo không được phép"))

    def element(_name: str, attributes: dict[str, str]) -> None:
        if not whole:
            raise _RootSeen
        found.append(attributes)

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    return parser


def _read(package: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    """Return the attributes of every element of a small part. Raises :class:`Unsafe`."""
    try:
        part = package.getinfo(name)
    except KeyError as error:
        raise unreadable(_("mở tệp, lưu lại rồi chọn lại")) from error
    if part.file_size > _MAX_XML:
        raise unsafe(_("giải nén ra quá lớn"))
    found: list[dict[str, str]] = []
    _feed(_parser(found, whole=True), package.read(part), final=True)
    return found
