"""Where a text is no JSON, in words for whoever typed it."""

import json
import re
from typing import NoReturn

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

# What the standard reader says -> what to mend.
_MENDS = (
    ("Expecting property name", gettext_lazy("cần tên trường trong dấu nháy kép, hoặc bỏ dấu phẩy thừa")),
    ("Expecting ',' delimiter", gettext_lazy("thiếu dấu phẩy, hoặc thiếu dấu đóng")),
    ("Expecting ':' delimiter", gettext_lazy("thiếu dấu hai chấm sau tên trường")),
    ("Expecting value", gettext_lazy("thiếu giá trị; chữ phải đặt trong dấu nháy kép")),
    ("Illegal trailing comma", gettext_lazy("bỏ dấu phẩy thừa")),
    ("Unterminated string", gettext_lazy("chuỗi bắt đầu ở đây thiếu dấu nháy kép đóng")),
    ("Invalid control character", gettext_lazy("chuỗi có ký tự xuống dòng hoặc dấu cách dài; viết \\n, \\t")),
    ("Invalid \\", gettext_lazy("sau dấu gạch chéo ngược có ký tự không đúng")),
    ("Extra data", gettext_lazy("còn chữ thừa sau khi nội dung đã kết thúc")),
)
_CURLED = re.compile("[\u201c\u201d\u2018\u2019]")


def fault_in(text: str) -> str:
    """Return what keeps *text* from being JSON and where, "" for nothing."""
    try:
        json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        return _said(error)
    except RecursionError:
        return _("Nội dung lồng quá nhiều lớp")
    except ValueError as error:
        return _("Nội dung chưa đúng JSON: «%(text)s» không phải là số") % {"text": str(error)[:40]}
    return ""


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _said(error: json.JSONDecodeError) -> str:
    mend = next((said for begins, said in _MENDS if error.msg.startswith(begins)), _("có ký tự không đúng chỗ"))
    if _CURLED.match(error.doc, error.pos):
        mend = _('dùng dấu nháy thẳng ", không dùng dấu nháy cong')
    return _("Nội dung chưa đúng JSON ở dòng %(line)s, cột %(column)s: %(mend)s") % {
        "line": error.lineno,
        "column": error.colno,
        "mend": mend,
    }
