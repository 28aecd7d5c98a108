"""Numbers, dates and moments as official Vietnamese documents write them (Nghị định 30/2020/NĐ-CP). Pure."""

from datetime import date, datetime

from core.clock import VIETNAM


def number(value: float, places: int = 0) -> str:
    """Return *value* with dots between thousands and a decimal comma; trailing zeros are dropped.

    >>> number(1234567.891, 2)
    '1.234.567,89'
    """
    text = f"{value:,.{places}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,"))


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


def two_lines(name: str) -> str:
    """Return *name* with the committee on one line and its place below, as heads of documents break it."""
    return name.replace("ỦY BAN NHÂN DÂN ", "ỦY BAN NHÂN DÂN\n", 1)


def _padded(value: int, below: int) -> str:
    return f"{value:02d}" if value < below else str(value)
