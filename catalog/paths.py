"""Path templates of operations: fixed parts and named parameters, judged strictly. Pure functions.

The broker matches a caller's path against the template part by part, a fixed part before a parameter, and builds the
upstream path from it. So a template holds nothing that could be read in two ways: no encoding, no dots alone, no empty
part, no part that is half parameter.
"""

import re

from django.utils.translation import gettext as _

MAX_LENGTH, MAX_PARTS = 200, 12
_FIXED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*\Z")
_PARAMETER = re.compile(r"\{([a-z][a-z0-9_]{0,31})\}\Z")


class TemplateRefused(ValueError):
    """The template cannot be used; the text says how to mend it."""


def check_template(template: str) -> str:
    """Return *template* unchanged when it is sound. Raises :class:`TemplateRefused`."""
    if not template.startswith("/"):
        raise TemplateRefused(_("Đường dẫn bắt đầu bằng dấu /, ví dụ /communes/{code}"))
    if len(template) > MAX_LENGTH:
        raise TemplateRefused(_("Đường dẫn dài tối đa %(n)s ký tự") % {"n": MAX_LENGTH})
    parts = template[1:].split("/")
    if len(parts) > MAX_PARTS:
        raise TemplateRefused(_("Đường dẫn có tối đa %(n)s phần") % {"n": MAX_PARTS})
    names = [name for part in parts if (name := _judge(part))]
    if len(names) != len(set(names)):
        raise TemplateRefused(_("Mỗi tham số trong đường dẫn mang một tên riêng"))
    return template


def collides(one: str, other: str) -> bool:
    """Return whether some path fits both templates equally well: same length, each part equal or both parameters."""
    pairs = list(zip(one.split("/"), other.split("/"), strict=False))
    same_length = one.count("/") == other.count("/")
    return same_length and all(a == b or (a.startswith("{") and b.startswith("{")) for a, b in pairs)


def _judge(part: str) -> str:
    """Return the name of the parameter that *part* is, "" for a fixed part."""
    if match := _PARAMETER.match(part):
        return match.group(1)
    if not part:
        raise TemplateRefused(_("Đường dẫn không có phần trống và không kết thúc bằng dấu /"))
    if not _FIXED.match(part):
        raise TemplateRefused(
            _("Phần «%(part)s» chỉ gồm chữ không dấu, số và các dấu . _ ~ -, hoặc là một tham số dạng {code}")
            % {"part": part[:40]}
        )
    return ""
