"""A sample of a message as a file: JSON that any reader reads the same way (RFC 8259)."""

import json
from typing import NoReturn

from django.utils.translation import gettext as _

from core.files.unsafe import Unsafe

MEDIA = {"json": "application/json"}
MAX_BYTES = 1024 * 1024


def inspect(content: bytes, kind: str = "json") -> None:
    """Judge a whole message. Raises :class:`Unsafe` with the line where it stops being JSON."""
    if len(content) > MAX_BYTES:
        raise Unsafe(_("thông điệp mẫu tối đa 1 MB"))
    try:
        json.loads(content.decode("utf-8"), parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise Unsafe(_("không ở mã UTF-8; lưu lại bằng UTF-8 không có ký hiệu đầu tệp rồi chọn lại")) from error
    except json.JSONDecodeError as error:
        text = _("không đúng cú pháp JSON ở dòng %(line)s, cột %(column)s")
        raise Unsafe(text % {"line": error.lineno, "column": error.colno}) from error
    except (RecursionError, ValueError) as error:
        raise Unsafe(_("JSON lồng quá sâu hoặc có giá trị không phải số")) from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
