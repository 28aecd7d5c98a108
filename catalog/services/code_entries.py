"""Codes of a shared code list from a file: what was previewed is what is done, all of it or nothing (Q50-15.1)."""

import copy
from typing import Any
from zlib import crc32

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.record import changed, record_fact
from catalog.choices import StandardKind
from catalog.models import CodeListEntry, Standard
from catalog.services.standards import authorise
from core import clock
from core.actor import Actor
from core.columns import DAY_HINT, Column, read_date, read_text, write_date
from core.previews import Preview, kept_preview, new_preview
from core.problems import InvalidInput, StateRefused
from core.sheets import read_sheet, write_xlsx
from core.tables import Row, RowPlan, Table, refuse_twins
from core.text import fold, slug

COLUMNS = (
    Column("code", gettext_lazy("Mã"), read_text, hint=gettext_lazy("Bắt buộc")),
    Column("title", gettext_lazy("Tên"), read_text, hint=gettext_lazy("Bắt buộc")),
    Column("parent_code", gettext_lazy("Mã cấp trên"), read_text, hint=gettext_lazy("Có trong danh mục hoặc tệp")),
    Column("valid_from", gettext_lazy("Có hiệu lực từ"), read_date, write_date, DAY_HINT),
    Column("valid_to", gettext_lazy("Đến hết ngày"), read_date, write_date, DAY_HINT),
)
TABLE = Table(COLUMNS, nullable=frozenset({"valid_from", "valid_to"}), needed=("code", "title"))


def _kind(standard: Standard) -> str:
    return f"catalog.entries.{standard.pk}"


def _judge_list(actor: Actor, standard: Standard) -> None:
    authorise(actor)
    if standard.kind != StandardKind.CODE_LIST:
        raise StateRefused(_("Chỉ danh mục dùng chung mới có mã."))


def open_preview(standard: Standard, *, actor: Actor, content: bytes, file_name: str, max_rows: int) -> Preview:
    """Read a file of codes and keep it for a preview. Raises PermissionRefused, StateRefused, InvalidInput."""
    _judge_list(actor, standard)
    sheet = read_sheet(content, max_rows=max_rows)
    TABLE.columns_of(sheet.headers)
    if not sheet.rows:
        raise InvalidInput({"file": [_("Tệp chỉ có dòng tiêu đề; nhập ít nhất một mã")]})
    return new_preview(kind=_kind(standard), actor=actor, content=content, file_name=file_name, sheet=sheet)


def find_preview(standard: Standard, *, actor: Actor, token: str) -> Preview:
    """Return the actor's own preview. Raises NoLongerValid when it was confirmed, expired or is somebody else's."""
    _judge_list(actor, standard)
    return kept_preview(kind=_kind(standard), actor=actor, token=token)


def show_preview(standard: Standard, *, actor: Actor, preview: Preview) -> tuple[RowPlan, bool]:
    """Return what the file would do now, and whether that differs from what was shown before."""
    _judge_list(actor, standard)
    plan = plan_entries(standard, preview)
    return plan, preview.show(plan.rows)


@transaction.atomic
def import_entries(
    standard: Standard, *, actor: Actor, preview: Preview, fingerprint: str, reason: str
) -> dict[str, int]:
    """Do what the preview showed in one transaction, with one fact on the list. Returns counts by kind.

    Raises StateRefused naming the rows when the list has changed since, InvalidInput when a row is wrong.
    """
    _judge_list(actor, standard)
    stored = Standard.objects.select_for_update().get(pk=standard.pk)
    plan = plan_entries(stored, preview)
    preview.require_same(plan.rows, fingerprint)
    counts = plan.require_work(_("Tệp không có gì khác với danh mục."))
    for row in (*plan.of("new"), *plan.of("changed")):
        entry = row.thing or CodeListEntry(standard=stored, code=row.key)
        for name, value in row.values.items():
            setattr(entry, name, value)
        entry.search = fold(f"{entry.code} {entry.title}")
        entry.save()
    record_fact(
        actor=actor,
        deed="standard.entries_imported",
        subject=stored,
        after={"entries": stored.entries.count(), "sha256": preview.digest},
        reason=reason,
        clause="Q50-15.1",
    )
    preview.drop_on_commit()
    return counts


def plan_entries(standard: Standard, preview: Preview) -> RowPlan:
    """Judge every row against the codes of *standard*; nothing is stored."""
    columns = TABLE.columns_of(preview.sheet.headers)
    known = {entry.code: entry for entry in standard.entries.all()}
    rows = []
    for number, cells in preview.sheet.rows:
        row = Row(TABLE, number)
        row.read(cells, columns)
        rows.append(row)
    refuse_twins(rows, (("code",),))
    codes = known.keys() | {row.key for row in rows}
    for row in rows:
        _judge(row, known.get(row.key), codes, standard)
    return RowPlan(rows)


def _judge(row: Row, stored: CodeListEntry | None, codes: Any, standard: Standard) -> None:
    row.values.pop("code", None)
    if not row.key:
        row.refuse("code", _("Nhập mã"))
        return
    parent = row.values.get("parent_code")
    if parent and (parent not in codes or parent == row.key):
        row.refuse("parent_code", _("Không có mã cấp trên %(code)s trong danh mục và trong tệp") % {"code": parent})
    meant = copy.copy(stored) if stored else CodeListEntry(standard=standard, code=row.key)
    if stored is not None:
        row.thing = stored
        row.version = mark_of(stored)
        row.old, row.values = changed({name: getattr(stored, name) for name in row.values}, row.values)
    for name, value in row.values.items():
        setattr(meant, name, value)
    _refuse(row, meant)


def mark_of(entry: CodeListEntry) -> int:
    """Return a number that changes when the entry does; entries carry no revision of their own."""
    return crc32("|".join(str(getattr(entry, item.field)) for item in COLUMNS).encode())


def _refuse(row: Row, meant: CodeListEntry) -> None:
    if not meant.title and not any(wrong.header == TABLE.header_of("title") for wrong in row.wrong):
        row.refuse("title", _("Nhập tên"))
    spoilt = {wrong.header for wrong in row.wrong}
    try:
        meant.clean_fields(exclude={"standard", "search"})
    except ValidationError as refused:
        for name, texts in refused.message_dict.items():
            if TABLE.header_of(name) not in spoilt:
                row.refuse(name, str(texts[0]))
    if meant.valid_from and meant.valid_to and meant.valid_to < meant.valid_from:
        row.refuse("valid_to", _("Ngày hết hiệu lực phải sau hoặc bằng ngày có hiệu lực"))


def export_entries(standard: Standard) -> tuple[str, bytes]:
    """Return file name and content of the codes of *standard*; importing it again changes nothing."""
    headers = [str(item.header) for item in COLUMNS]
    entries = standard.entries.all()
    rows = [[TABLE.written(item.field, getattr(one, item.field)) for item in COLUMNS] for one in entries]
    name = f"danh-muc-{slug(standard.number)}-{clock.today():%Y-%m-%d}.xlsx"
    return name, write_xlsx(headers, rows, title="Danh mục")


def entries_template() -> tuple[str, bytes]:
    """Return an empty workbook with every column an import may have."""
    return "mau-nhap-ma-danh-muc.xlsx", write_xlsx([str(item.header) for item in COLUMNS], [], title="Danh mục")
