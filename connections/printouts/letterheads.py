"""Who issues a paper and how that body heads and signs it (Nghị định 30/2020/NĐ-CP; the Party's own rules)."""

import textwrap
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from accounts.choices import AgencyKind
from accounts.models import Agency
from connections.choices import LetterStyle
from connections.models import LetterheadRule
from core.documents.layout import HeadStyle, Letterhead
from core.documents.wording import long_date, two_lines

#: Characters of 12 pt bold capitals that a line of the left column holds.
LINE = 25
PLACE = "Tuyên Quang"
# A number nobody has issued yet, in the State's and the Party's way of writing.
_BLANK = {HeadStyle.STATE: "Số: ………/………", HeadStyle.PARTY: "Số ………-………/………"}
_FILLED = {HeadStyle.STATE: "Số: ", HeadStyle.PARTY: "Số "}


@dataclass(frozen=True, slots=True)
class Body:
    """A body as its papers name it."""

    agency: Agency
    head: Letterhead
    signer: tuple[str, ...]


def body_of(agency: Agency) -> Body:
    """Return how *agency* heads and signs, by its own row or else by what the register says of it."""
    rule = LetterheadRule.objects.filter(agency=agency).first()
    if rule is None:
        rule = LetterheadRule(agency=agency, style=_style(agency))
    style = HeadStyle(rule.style)
    above = agency.parent.name if agency.parent_id and agency.parent else ""
    head = Letterhead(
        superior=head_lines(rule.superior or above),
        issuer=head_lines(rule.issuer or agency.name),
        number=_BLANK[style],
        style=style,
        place=rule.place or PLACE,
    )
    default = _("GIÁM ĐỐC") if agency.is_operator else _("THỦ TRƯỞNG CƠ QUAN")
    return Body(agency, head, tuple(rule.signer.splitlines()) or (default,))


def operating_body() -> Agency | None:
    """Return the department that runs the platform, above its own units."""
    found = Agency.objects.filter(is_operator=True).exclude(parent__is_operator=True)
    return found.select_related("parent").order_by("code").first()


def numbered(head: Letterhead, number: str) -> str:
    """Return the number as the head shows it: blank until the clerk has issued one."""
    return f"{_FILLED[head.style]}{number}" if number else _BLANK[head.style]


def place_and_date(head: Letterhead, day: date | None, year: int) -> str:
    """Return place and date below the motto; day and month stay blank until the paper has its number."""
    if day is not None:
        return f"{head.place}, {long_date(day)}"
    return _("%(place)s, ngày       tháng       năm %(year)s") % {"place": head.place, "year": year}


def head_lines(name: str) -> str:
    """Return *name* in capitals, broken into lines of even length; "và" begins a line rather than ends one.

    >>> head_lines("Sở Nông nghiệp và Môi trường")
    'SỞ NÔNG NGHIỆP\\nVÀ\\xa0MÔI TRƯỜNG'
    """
    found = []
    for line in two_lines(name.upper()).split("\n"):
        glued = line.replace(" VÀ ", " VÀ\u00a0")
        count = len(_wrapped(glued, LINE))
        narrow = (_wrapped(glued, width) for width in range(-(-len(glued) // max(count, 1)), LINE))
        found += next((lines for lines in narrow if len(lines) == count), _wrapped(glued, LINE)) or [line]
    return "\n".join(found)


def _wrapped(line: str, width: int) -> list[str]:
    return textwrap.wrap(line, max(width, 1), break_long_words=False, break_on_hyphens=False)


def _style(agency: Agency) -> str:
    return LetterStyle.PARTY if agency.kind == AgencyKind.PARTY_BODY else LetterStyle.STATE
