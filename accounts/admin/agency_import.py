"""Staff pages that bring the register in from a file and take it out to one."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts.admin.agency_forms import AgencyConfirmForm, AgencyFileForm
from accounts.services import register_import as deeds
from accounts.services.register_columns import COLUMNS, KEPT_WHEN_EMPTY, NEW_CODE
from accounts.services.register_export import export_register, import_template
from core.admin import acting
from core.admin_import import Door, download
from core.sheets import CSV, XLSX

DOOR = Door(
    title=_("Nhập danh bạ từ tệp"),
    preview_title=_("Xem trước khi nhập danh bạ"),
    thing=_("cơ quan"),
    register=_("danh bạ"),
    key=_("mã định danh điện tử"),
    pages={
        "list": "admin:accounts_agency_changelist",
        "upload": "admin:accounts_agency_import_register",
        "preview": "admin:accounts_agency_preview",
        "template": "admin:accounts_agency_import_template",
        "export": "admin:accounts_agency_export_xlsx",
    },
    columns=[(column, column.field in KEPT_WHEN_EMPTY) for column in (*COLUMNS, NEW_CODE)],
    open=deeds.open_preview,
    find=deeds.find_preview,
    show=deeds.show_preview,
    carry=deeds.import_register,
    form=AgencyFileForm,
    confirm=AgencyConfirmForm,
)


def export_file(request: HttpRequest, *, as_csv: bool) -> HttpResponse:
    """Send the whole register."""
    name, content = export_register(actor=acting(request), as_csv=as_csv)
    return download(name, content, CSV if as_csv else XLSX)


def template_file() -> HttpResponse:
    """Send the empty table."""
    name, content = import_template()
    return download(name, content, XLSX)
