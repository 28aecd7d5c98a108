"""Importing the register from a file: what was previewed is what is done, all of it or nothing."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Agency
from accounts.services.agencies import authorise, change_agency, create_agency, replace_code
from accounts.services.agency_rules import Known, reason_faults, take_register, text_fault, tidied
from accounts.services.register_columns import NEW_CODE, TABLE
from accounts.services.register_plan import Plan, plan_import
from accounts.services.register_rows import AgencyRow as Row
from core.actor import Actor
from core.previews import Preview, kept_preview, new_preview
from core.problems import DomainError, InvalidInput
from core.sheets import read_sheet

KIND = "accounts.register"


def open_preview(*, actor: Actor, content: bytes, file_name: str, source: str, max_rows: int) -> Preview:
    """Read a file and keep it for a preview. Raises InvalidInput for the fields "file" and "source"."""
    authorise(actor)
    source = tidied(source)
    if fault := text_fault(source, 300):
        raise InvalidInput({"source": [fault]})
    sheet = read_sheet(content, max_rows=max_rows)
    TABLE.columns_of(sheet.headers)
    if not sheet.rows:
        raise InvalidInput({"file": [_("Tệp chỉ có dòng tiêu đề; nhập ít nhất một cơ quan")]})
    return new_preview(kind=KIND, actor=actor, content=content, file_name=file_name, sheet=sheet, source=source)


def find_preview(*, actor: Actor, token: str) -> Preview:
    """Return the actor's own preview. Raises NoLongerValid when it was confirmed, expired or is somebody else's."""
    authorise(actor)
    return kept_preview(kind=KIND, actor=actor, token=token)


def show_preview(*, actor: Actor, preview: Preview) -> tuple[Plan, bool]:
    """Return what the file would do now, and whether that differs from what was shown before."""
    authorise(actor)
    plan = plan_import(preview.sheet, source=preview.source)
    return plan, preview.show(plan.rows)


@transaction.atomic
def import_register(*, actor: Actor, preview: Preview, fingerprint: str, reason: str) -> dict[str, int]:
    """Do what the preview showed, through the deeds of the register, in one transaction. Returns counts by kind.

    Raises StateRefused naming the rows when the register has changed since, InvalidInput when a row is wrong.
    """
    authorise(actor)
    if errors := reason_faults(tidied(reason), _("số văn bản gửi danh sách")):
        raise InvalidInput(errors)
    take_register()
    plan = plan_import(preview.sheet, source=preview.source)
    preview.require_same(plan.rows, fingerprint)
    counts = plan.require_work(_("Tệp không có gì khác với danh bạ."))
    said = _("%(reason)s (nhập từ tệp %(file)s; nguồn: %(source)s; SHA-256: %(digest)s)") % {
        "reason": tidied(reason),
        "file": preview.file_name,
        "source": preview.source or _("ghi ở từng dòng"),
        "digest": preview.digest,
    }
    _carry_out(actor, plan, said)
    preview.drop_on_commit()
    return counts


def _carry_out(actor: Actor, plan: Plan, reason: str) -> None:
    known = Known.everything()
    stored: dict[str, Agency] = {}
    for row in plan.in_order():
        try:
            stored[row.code] = _apply(actor, row, reason, known, stored)
        except DomainError as refusal:
            raise InvalidInput(
                {"": [_("Dòng %(row)d: %(text)s") % {"row": row.number, "text": refusal.detail}]}
            ) from refusal


def _apply(actor: Actor, row: Row, reason: str, known: Known, stored: dict[str, Agency]) -> Agency:
    values: dict[str, Any] = dict(row.values)
    parent = values.get("parent")
    if parent is not None:
        values["parent"] = stored.get(parent.code, parent)
    if row.agency is None:
        return create_agency(actor=actor, reason=reason, known=known, **values)
    new_code = values.pop(NEW_CODE.field, "")
    official = values.pop("code_is_official", None)
    agency = row.agency
    if values:
        agency = change_agency(
            actor=actor, agency=agency, version=agency.version, reason=reason, known=known, **values
        )
    if new_code or official is not None:
        code, is_official = new_code or agency.code, bool(new_code or official)
        agency = replace_code(
            actor=actor, agency=agency, code=code, is_official=is_official, reason=reason, known=known
        )
    return agency
