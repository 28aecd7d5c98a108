"""Importing the register of systems from a file: what was previewed is what is done, all of it or nothing (QC7.6)."""

from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from catalog.choices import SystemState
from catalog.guards import SYSTEM_MANAGE
from catalog.models import InformationSystem
from catalog.services.system_codes import replace_system_code
from catalog.services.system_plan import plan_import
from catalog.services.system_table import TABLE
from catalog.services.systems import change_system, register_system
from core.actor import Actor
from core.previews import Preview, kept_preview, new_preview
from core.problems import DomainError, InvalidInput, PermissionRefused
from core.sheets import read_sheet
from core.tables import Row, RowPlan

KIND = "catalog.systems"
# Names the lock that one import at a time holds; any number nobody else uses.
_LOCK = 0x4C47_5359


def _authorise(actor: Actor) -> None:
    if not actor.may(SYSTEM_MANAGE):
        raise PermissionRefused(_("Nhập danh mục hệ thống từ tệp thuộc vai trò Cán bộ vận hành."))


def open_preview(*, actor: Actor, content: bytes, file_name: str, max_rows: int) -> Preview:
    """Read a file and keep it for a preview. Raises PermissionRefused, InvalidInput for the field "file"."""
    _authorise(actor)
    sheet = read_sheet(content, max_rows=max_rows)
    TABLE.columns_of(sheet.headers)
    if not sheet.rows:
        raise InvalidInput({"file": [_("Tệp chỉ có dòng tiêu đề; nhập ít nhất một hệ thống")]})
    return new_preview(kind=KIND, actor=actor, content=content, file_name=file_name, sheet=sheet)


def find_preview(*, actor: Actor, token: str) -> Preview:
    """Return the actor's own preview. Raises NoLongerValid when it was confirmed, expired or is somebody else's."""
    _authorise(actor)
    return kept_preview(kind=KIND, actor=actor, token=token)


def show_preview(*, actor: Actor, preview: Preview) -> tuple[RowPlan, bool]:
    """Return what the file would do now, and whether that differs from what was shown before."""
    _authorise(actor)
    plan = plan_import(preview.sheet)
    return plan, preview.show(plan.rows)


@transaction.atomic
def import_systems(*, actor: Actor, preview: Preview, fingerprint: str, reason: str) -> dict[str, int]:
    """Do what the preview showed, through the deeds of the register, in one transaction. Returns counts by kind.

    Raises StateRefused naming the rows when the register has changed since, InvalidInput when a row is wrong.
    """
    _authorise(actor)
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    plan = plan_import(preview.sheet)
    preview.require_same(plan.rows, fingerprint)
    counts = plan.require_work(_("Tệp không có gì khác với danh mục hệ thống."))
    said = _("%(reason)s (nhập từ tệp %(file)s; SHA-256: %(digest)s)") % {
        "reason": reason,
        "file": preview.file_name,
        "digest": preview.digest,
    }
    for row in (*plan.of("new"), *plan.of("changed")):
        try:
            _apply(actor, row, said)
        except DomainError as refusal:
            text = _("Dòng %(row)d: %(text)s") % {"row": row.number, "text": refusal.detail}
            raise InvalidInput({"": [text]}) from refusal
    preview.drop_on_commit()
    return counts


def _apply(actor: Actor, row: Row, reason: str) -> None:
    values: dict[str, Any] = dict(row.values)
    code, basis = values.pop("official_code", ""), values.pop("code_basis", "")
    draft = values.pop("state", SystemState.REGISTERED) == SystemState.DRAFT
    system: InformationSystem
    if row.thing is None:
        owner = values.pop("owner")
        system = register_system(actor=actor, owner=owner, draft=draft, reason=reason, **values)
    else:
        system = row.thing
        if values:
            system = change_system(actor=actor, system=system, revision=system.revision, reason=reason, **values)
    if code:
        replace_system_code(actor=actor, system=system, code=code, basis=basis)
