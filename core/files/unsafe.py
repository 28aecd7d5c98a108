"""Why a file is not taken."""

from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise


class Unsafe(ValueError):
    """The file is not taken; the text says why and what to do."""


def unsafe(why: StrOrPromise) -> Unsafe:
    """Return the refusal of a file that carries something that acts, or cannot be seen through."""
    return Unsafe(_("bị từ chối vì chứa nội dung không an toàn (%(why)s)") % {"why": why})


def unreadable(remedy: StrOrPromise) -> Unsafe:
    """Return the refusal of a file that is damaged or cut short."""
    return Unsafe(_("không đọc được, có thể đã hỏng hoặc tải lên chưa hết; %(remedy)s") % {"remedy": remedy})
