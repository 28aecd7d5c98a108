"""Lines of a budget year from a file: what was previewed is what is done, all of it or nothing (QC13)."""

import re
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.record import record_fact
from core import clock
from core.actor import Actor
from core.columns import Column, WrongCell, read_text, write_date
from core.documents.wording import number
from core.previews import Preview, kept_preview, new_preview
from core.problems import InvalidInput
from core.sheets import Cell, Written, read_sheet, write_xlsx
from core.tables import Row, RowPlan, Table, refuse_twins
from core.text import fold
from reports.funding_choices import TermGroup
from reports.models import BudgetLine, BudgetTerm, BudgetYear, Spending
from reports.models.funding import MOST
from reports.services.funding import PLAN, draft_line, lock_year, require_manager

_AMOUNT = re.compile(r"\d+|\d{1,3}(?:[. ]\d{3})+")


def read_dong(cell: Cell) -> int:
    """Return an amount in whole đồng: a number cell, or digits with dots between thousands."""
    if isinstance(cell, float) and not cell.is_integer():
        raise WrongCell(_("Số tiền phải là số nguyên đồng, không có phần lẻ"))
    typed = str(int(cell)) if isinstance(cell, int | float) and not isinstance(cell, bool) else read_text(cell)
    if not _AMOUNT.fullmatch(typed):
        raise WrongCell(_("Nhập số nguyên đồng, ví dụ 150.000.000"))
    found = int(re.sub(r"\D", "", typed))
    if found > MOST:
        raise WrongCell(_("Số tiền lớn hơn mức tối đa %(most)s đồng; kiểm tra lại") % {"most": number(MOST)})
    return found


_REQUIRED = gettext_lazy("Bắt buộc")
COLUMNS = (
    Column("code", gettext_lazy("Mã dòng"), read_text, hint=_REQUIRED),
    Column("title", gettext_lazy("Nội dung chi"), read_text, hint=_REQUIRED),
    Column("kind", gettext_lazy("Loại chi"), read_text, hint=gettext_lazy("Tên hoặc mã của loại chi")),
    Column("source", gettext_lazy("Nguồn kinh phí"), read_text, hint=gettext_lazy("Tên hoặc mã của nguồn")),
    Column("amount", gettext_lazy("Dự toán ban đầu (đồng)"), read_dong, number, gettext_lazy("Số nguyên đồng")),
    Column("basis", gettext_lazy("Số quyết định, căn cứ"), read_text, hint=_REQUIRED),
)
FIELDS = tuple(column.field for column in COLUMNS)
TABLE = Table(COLUMNS, nullable=frozenset({"amount"}), needed=FIELDS)


def _kind(year: BudgetYear) -> str:
    return f"reports.budget.{year.pk}"


def open_preview(year: BudgetYear, *, actor: Actor, content: bytes, file_name: str, max_rows: int) -> Preview:
    """Read a file of lines and keep it for a preview. Raises PermissionRefused, InvalidInput."""
    require_manager(actor)
    sheet = read_sheet(content, max_rows=max_rows)
    TABLE.columns_of(sheet.headers)
    if not sheet.rows:
        raise InvalidInput({"file": [_("Tệp chỉ có dòng tiêu đề; nhập ít nhất một dòng dự toán")]})
    return new_preview(kind=_kind(year), actor=actor, content=content, file_name=file_name, sheet=sheet)


def find_preview(year: BudgetYear, *, actor: Actor, token: str) -> Preview:
    """Return the actor's own preview. Raises NoLongerValid when it was confirmed, expired or is somebody else's."""
    require_manager(actor)
    return kept_preview(kind=_kind(year), actor=actor, token=token)


def show_preview(year: BudgetYear, *, actor: Actor, preview: Preview) -> tuple[RowPlan, bool]:
    """Return what the file would do now, and whether that differs from what was shown before."""
    require_manager(actor)
    plan = plan_lines(actor, year, preview)
    return plan, preview.show(plan.rows)


@transaction.atomic
def import_lines(year: BudgetYear, *, actor: Actor, preview: Preview, fingerprint: str, reason: str) -> dict[str, int]:
    """Enter the lines the preview showed, in one transaction, with one fact on the year. Returns counts by kind.

    Raises StateRefused for a closed year or when the lines changed since, InvalidInput when a row is wrong.
    """
    require_manager(actor)
    stored = lock_year(year)
    plan = plan_lines(actor, stored, preview)
    preview.require_same(plan.rows, fingerprint)
    counts = plan.require_work(_("Mọi dòng của tệp đã có trong năm này."))
    made = [draft_line(actor, stored, row.values) for row in plan.of("new")]
    for line in made:
        line.save()
    after = {"lines": len(made), "amount": sum(line.amount for line in made), "sha256": preview.digest}
    record_fact(
        actor=actor, deed="budget_year.lines_imported", subject=stored, after=after, reason=reason, clause=PLAN
    )
    preview.drop_on_commit()
    return counts


def plan_lines(actor: Actor, year: BudgetYear, preview: Preview) -> RowPlan:
    """Judge every row against the lines of *year*; nothing is stored."""
    columns = TABLE.columns_of(preview.sheet.headers)
    known = {line.code: line for line in year.lines.select_related("kind", "source")}
    terms = _terms()
    rows = []
    for place, cells in preview.sheet.rows:
        row = Row(TABLE, place)
        row.read(cells, columns)
        rows.append(row)
    refuse_twins(rows, (("code",),))
    for row in rows:
        _judge(actor, row, year, known.get(row.key), terms)
    return RowPlan(rows)


Terms = dict[tuple[str, str], BudgetTerm]


def _terms() -> Terms:
    found = BudgetTerm.objects.filter(active=True)
    return {(term.group, fold(word)): term for term in found for word in (term.code, term.name)}


def _judge(actor: Actor, row: Row, year: BudgetYear, stored: BudgetLine | None, terms: Terms) -> None:
    for name, group in (("kind", TermGroup.KIND), ("source", TermGroup.SOURCE)):
        typed = row.values.get(name)
        term = terms.get((group, fold(typed or "")))
        if typed and term is None:
            names = "; ".join(dict.fromkeys(item.name for key, item in terms.items() if key[0] == group))
            row.refuse(name, _("Không có trong danh sách. Nhập một trong: %(names)s") % {"names": names})
        row.values[name] = term
    if stored is not None:
        _refuse_changes(row, stored)
        return
    spoilt = {wrong.header for wrong in row.wrong}
    meant = draft_line(actor, year, row.values)
    try:
        meant.clean_fields(exclude={"year", "entered_by"})
    except ValidationError as refused:
        for name, texts in refused.message_dict.items():
            if TABLE.header_of(name) not in spoilt:
                row.refuse(name, str(texts[0]))


def _refuse_changes(row: Row, stored: BudgetLine) -> None:
    """A line that is there stays as it is: money is adjusted by decisions."""
    row.thing, row.version = stored, stored.pk
    for name in FIELDS[1:]:
        if row.values.get(name) != getattr(stored, name):
            text = _("Dòng này đã có. Số tiền thay đổi bằng điều chỉnh có quyết định; nội dung khác thì lập dòng mới")
            row.refuse(name, text)
    row.values = {}


def lines_template() -> tuple[str, bytes]:
    """Return an empty workbook with every column an import may have."""
    return "mau-nhap-du-toan.xlsx", write_xlsx([str(item.header) for item in COLUMNS], [], title="Dự toán")


def export_lines(year: BudgetYear) -> tuple[str, bytes]:
    """Return file name and content of the lines of *year* as entered; importing it again changes nothing."""
    lines = year.lines.select_related("kind", "source")
    rows: list[list[Written]] = [
        [line.code, line.title, line.kind.name, line.source.name, line.amount, line.basis] for line in lines
    ]
    name = f"du-toan-{year.year}-{clock.today():%Y-%m-%d}.xlsx"
    return name, write_xlsx([str(item.header) for item in COLUMNS], rows, title=f"Dự toán {year.year}")


def export_spendings(year: BudgetYear) -> tuple[str, bytes]:
    """Return file name and content of what was spent in *year*, voided entries marked."""
    heads = (
        *(_("Mã dòng"), _("Nội dung chi"), _("Ngày chi"), _("Số tiền (đồng)")),
        *(_("Số chứng từ"), _("Nội dung"), _("Lý do hủy")),
    )
    found: Any = Spending.objects.filter(line__year=year).select_related("line").order_by("spent_on", "id")
    rows = [
        [one.line.code, one.line.title, write_date(one.spent_on), one.amount, one.document, one.note, one.void_reason]
        for one in found
    ]
    return f"khoan-chi-{year.year}-{clock.today():%Y-%m-%d}.xlsx", write_xlsx(heads, rows, title="Khoản chi")
