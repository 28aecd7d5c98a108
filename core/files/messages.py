"""A sample of a message as a file: JSON that any reader reads the same way (RFC 8259), or XML without a DTD.

XML may be in any encoding messages may be in, by its byte order mark or declaration; JSON is UTF-8.
"""

import json
from typing import NoReturn

from django.utils.translation import gettext as _

from core.files.unsafe import Unsafe
from core.formats import BadMessage, xml_text
from core.inspection import xsd
from core.inspection.reading import Unreadable

MEDIA = {"json": "application/json", "xml": "application/xml"}
MAX_BYTES = 1024 * 1024


def inspect(content: bytes, kind: str = "json") -> None:
    """Judge a whole message. Raises :class:`Unsafe` with the line where it stops being JSON or XML."""
    if len(content) > MAX_BYTES:
        raise Unsafe(_("thông điệp mẫu tối đa 1 MB"))
    if kind == "xml":
        _inspect_xml(content)
        return
    try:
        json.loads(content.decode("utf-8"), parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise Unsafe(_("không ở mã UTF-8; lưu lại bằng UTF-8 không có ký hiệu đầu tệp rồi chọn lại")) from error
    except json.JSONDecodeError as error:
        text = _("không đúng cú pháp JSON ở dòng %(line)s, cột %(column)s")
        raise Unsafe(text % {"line": error.lineno, "column": error.colno}) from error
    except (RecursionError, ValueError) as error:
        raise Unsafe(_("JSON lồng quá sâu hoặc có giá trị không phải số")) from error


def _inspect_xml(content: bytes) -> None:
    try:
        xsd.read(xml_text(content))
    except BadMessage as error:
        raise Unsafe(_("không đọc được bằng UTF-8 hay mã ghi ở đầu tệp; lưu lại bằng UTF-8 rồi chọn lại")) from error
    except Unreadable as error:
        if error.code == "doctype":
            raise Unsafe(_("có khai báo DOCTYPE; bỏ khai báo đó rồi chọn lại")) from error
        if error.code == "no-xml":
            raise Unsafe(_("không đúng cú pháp XML ở dòng %(line)s") % {"line": error.line or 1}) from error
        raise Unsafe(_("XML lồng quá sâu hoặc có quá nhiều phần tử")) from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
