"""Columns of a table that people send and take away: how a cell is read, how a value is written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db.models import TextChoices
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from core.sheets import Cell, Formula, rearmed
from core.text import fold, visible

_YES, _NO = {"co", "x", "1", "true", "dung"}, {"khong", "0", "false", "sai"}
DAY_HINT = gettext_lazy("ngày/tháng/năm, ví dụ 19/03/2026")
FLAG_HINT = gettext_lazy("Có hoặc Không")


class WrongCell(ValueError):
    """A cell cannot be read; the text says how to mend it."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: the field it fills, its header, how to read a filled cell, how to write a value."""

    field: str
    header: StrOrPromise
    read: Callable[[Cell], Any]
    write: Callable[[Any], str] = str
    hint: StrOrPromise = ""


def read_text(cell: Cell) -> str:
    """Return the text of a cell; a whole number is the code somebody typed without making the cell text."""
    if isinstance(cell, Formula):
        raise WrongCell(_("Ô có công thức; dán lại dạng giá trị"))
    if isinstance(cell, date):
        raise WrongCell(_("Ô đang ở dạng ngày; định dạng ô là văn bản rồi gõ lại"))
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return visible(rearmed(str(cell)))


def read_prose(cell: Cell) -> str:
    """Return the text of a cell with its lines."""
    if not isinstance(cell, str) or isinstance(cell, Formula):
        return read_text(cell)
    return "\n".join(visible(line) for line in rearmed(cell).splitlines()).strip()


def write_prose(value: str) -> str:
    """Return long text with plain line breaks, as it is read again."""
    return "\n".join(visible(line) for line in value.splitlines()).strip()


def read_flag(cell: Cell) -> bool:
    """Return what a cell with yes or no says."""
    typed = "1" if cell is True else "0" if cell is False else fold(read_text(cell))
    if typed in _YES:
        return True
    if typed in _NO:
        return False
    raise WrongCell(_("Nhập «Có» hoặc «Không»"))


def read_date(cell: Cell) -> date:
    """Return the day of a cell, a date cell or text as people write dates."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    typed = read_text(cell)
    for pattern in get_format("DATE_INPUT_FORMATS"):
        try:
            return datetime.strptime(typed, pattern).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise WrongCell(_("Ngày phải theo dạng ngày/tháng/năm, ví dụ 19/03/2026"))


def write_date(value: date | None) -> str:
    """Return a day as people write it."""
    return f"{value:%d/%m/%Y}" if value else ""


def known_words(choices: type[TextChoices]) -> dict[str, str]:
    """Return the folded words, values and labels, that stand for each value of *choices*."""
    pairs = [(str(value), str(label)) for value, label in choices.choices if value]
    return {fold(word): value for value, label in pairs for word in (value, label)}


def read_choice(choices: type[TextChoices]) -> Callable[[Cell], str]:
    """Return the reader of a column that holds one of *choices*, by value or label, folded."""
    known = cache(lambda: known_words(choices))

    def read(cell: Cell) -> str:
        found = known().get(fold(read_text(cell)))
        if found:
            return found
        labels = "; ".join(str(label) for value, label in choices.choices if value)
        raise WrongCell(_("Không có trong danh sách. Nhập một trong: %(labels)s") % {"labels": labels})

    return read


def write_choice(choices: type[TextChoices]) -> Callable[[Any], str]:
    """Return the writer of a column that holds one of *choices*."""
    return lambda value: str(choices(value).label) if value else ""


def write_flag(value: object) -> str:
    """Return yes or no in words."""
    return _("Có") if value else _("Không")


def read_items(cell: Cell) -> list[str]:
    """Return the texts of a cell that holds several, separated by semicolons or line breaks."""
    if isinstance(cell, Formula | date):
        read_text(cell)
    parts = rearmed(str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)).replace(";", "\n")
    return [text for line in parts.splitlines() if (text := visible(line))]


def write_items(values: list[str] | None) -> str:
    """Return several texts as one cell."""
    return "; ".join(values or [])
