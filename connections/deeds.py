"""What this floor records of papers, in words (``audit.deeds``); steps of a dossier are named in its timeline."""

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

NAMES: dict[str, StrOrPromise] = {
    "printout.issued": _("Lập văn bản của hồ sơ"),
    "printout.withdrawn": _("Thu hồi văn bản không còn giá trị"),
    "printout.numbered": _("Vào số văn bản"),
    "printout.signed_file_kept": _("Lưu bản đã ký"),
    "printout_template.saved": _("Lưu mẫu văn bản"),
    "letterhead.saved": _("Lưu tiêu đề văn bản của cơ quan"),
}
