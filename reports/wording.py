"""Numbers, dates and moments as official Vietnamese documents write them (Nghị định 30/2020/NĐ-CP). Pure."""

from datetime import date, datetime

from core.clock import VIETNAM
from reports.choices import Unit

NOTHING = "Chưa phát sinh"


def number(value: float, places: int = 0) -> str:
    """Return *value* with dots between thousands and a decimal comma; trailing zeros are dropped.

    >>> number(1234567.891, 2)
    '1.234.567,89'
    """
    text = f"{value:,.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,"))


def measured(value: float | None, unit: Unit) -> str:
    """Return *value* with its unit; None is "Chưa phát sinh", which is not zero."""
    if value is None:
        return NOTHING
    if unit == Unit.PERCENT:
        return f"{number(value, 2)}%"
    return f"{number(value)} ms" if unit == Unit.MILLISECONDS else number(value)


def month_name(day: date) -> str:
    """Return "tháng 02 năm 2026": months 1 and 2 take a leading zero."""
    return f"tháng {_padded(day.month, 3)} năm {day.year}"


def long_date(day: date) -> str:
    """Return "ngày 05 tháng 02 năm 2026": days below 10 and months 1 and 2 take a leading zero."""
    return f"ngày {_padded(day.day, 10)} {month_name(day)}"


def short_date(day: date) -> str:
    """Return "05/02/2026"."""
    return f"{day:%d/%m/%Y}"


def moment(at: datetime) -> str:
    """Return "08 giờ 30 phút ngày 05/02/2026" on the Vietnamese clock."""
    return f"{at.astimezone(VIETNAM):%H giờ %M phút ngày %d/%m/%Y}"


def _padded(value: int, below: int) -> str:
    return f"{value:02d}" if value < below else str(value)
