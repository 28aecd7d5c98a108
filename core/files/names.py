"""Names of files as people give them, made fit to show, to store and to save on any machine."""

import re
import unicodedata

from django.utils.translation import gettext as _

from core.text import tidy

MAX_LENGTH = 150
# Characters Windows refuses in a name.
_UNFIT = re.compile(r'[<>:"|?*]')
# Names that Windows keeps for devices, whatever ending follows.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|clock\$|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
# An ending that runs or unpacks, hidden before the last one: "phu-luc.exe.pdf".
_RUNS = re.compile(
    r"bat|chm|cmd|com|cpl|dll|docm|dotm|exe|hta|html?|iso|jar|jse?|jsp|lnk|mjs|ms[cip]|php|pif|ps1|reg|scr|sh|svg|vbe?|"
    r"vbs|ws[fh]|xla?[mb]|xls[bm]|xltm"
)


class OddName(ValueError):
    """The name cannot be kept; the text says why and what to do."""


def safe_name(given: str) -> str:
    """Return *given* without folders, in NFC, fit for any file system. Raises :class:`OddName`.

    What only looks untidy is mended; what hides something (control and direction characters, an ending before the
    ending) or cannot be saved elsewhere is refused.
    """
    base = re.split(r"[/\\]", given)[-1]
    if any(unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Cn") for char in base):
        raise OddName(_("Tên tệp có ký tự ẩn hoặc ký tự đảo chiều chữ; đổi tên tệp rồi chọn lại"))
    name = _UNFIT.sub("_", tidy(base)).strip(" .")
    if not name:
        raise OddName(_("Tệp không có tên; đặt tên tệp rồi chọn lại"))
    if len(name) > MAX_LENGTH:
        text = _("Tên tệp dài %(n)s ký tự, tối đa %(most)s ký tự; rút gọn tên tệp rồi chọn lại")
        raise OddName(text % {"n": len(name), "most": MAX_LENGTH})
    if _DEVICES.fullmatch(name):
        text = _("Tên tệp «%(name)s» là tên dành riêng của hệ điều hành; đổi tên tệp rồi chọn lại")
        raise OddName(text % {"name": name})
    hidden = ending(name.rpartition(".")[0])
    if _RUNS.fullmatch(hidden):
        text = _("Tên tệp «%(name)s» có hai đuôi (.%(hidden)s); đổi tên tệp rồi chọn lại")
        raise OddName(text % {"name": name, "hidden": hidden})
    return name


def ending(name: str) -> str:
    """Return the last ending of *name* in lower case, without its dot ("" when there is none)."""
    return name.rpartition(".")[2].lower() if "." in name else ""
