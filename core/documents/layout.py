"""What an official document consists of (Nghị định 30/2020/NĐ-CP, Phụ lục I), whatever file it becomes. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.charts import Chart


class HeadStyle(StrEnum):
    """Whose rules the head follows: the State's (Nghị định 30/2020/NĐ-CP) or the Party's."""

    STATE = "state"
    PARTY = "party"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who issues it under which number. ``number`` stays blank until the clerk issues it; lines break at "\\n"."""

    superior: str
    issuer: str
    number: str
    style: HeadStyle = HeadStyle.STATE
    place: str = ""


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a part: level 1 is "I. …", level 2 "1. …"."""

    text: str
    level: int = 1


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the body; *strong*: not to be overlooked; *with_next*: on one page with what follows."""

    text: str
    strong: bool = False
    italic: bool = False
    with_next: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms with their values, one below the other; lines of a value break at "\\n"."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: heads, rows of ready text, which columns hold numbers, and the columns' shares of the width."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    widths: tuple[int, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class ChartBlock:
    """A chart over the whole width below its title; *alt* says in words what it shows, for who cannot see it.

    Who composes a document gives its numbers as a :class:`Grid` too where no other table has them.
    """

    chart: Chart
    alt: str


Block = Heading | Paragraph | Facts | Grid | ChartBlock


@dataclass(frozen=True, slots=True)
class Appendix:
    """A new page with its own title, after the signature; *note* says below the title what it belongs to.

    *landscape* turns its pages: the document itself stays upright because its wide tables stand in appendices
    (Nghị định 30/2020/NĐ-CP, Phụ lục I, phần I, mục I).
    """

    title: str
    blocks: tuple[Block, ...]
    landscape: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """Room for a signature: in which capacity, how, and what the system says of it below."""

    lines: tuple[str, ...]
    note: str = ""
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """Where a reader may check the paper: the address the QR code leads to, and the code to type instead."""

    address: str
    code: str


@dataclass(frozen=True, slots=True)
class Document:
    """One official document. The signer is an office, not a name; ``foot`` stands on every page.

    With one entry in ``signs`` recipients stand left of it; with two, both sides stand above them.
    ``made_at`` is the only moment its files carry, so that the same document gives the same bytes for ever.
    ``appendix`` goes on with the document's pages; each of ``appendices`` has pages and page numbers of its own.
    """

    head: Letterhead
    place_and_date: str
    kind: str
    subject: tuple[str, ...]
    addressee: str
    legal_bases: tuple[str, ...]
    blocks: tuple[Block, ...]
    recipients: tuple[str, ...]
    signs: tuple[Sign, ...]
    foot: str
    code: str
    made_at: datetime
    appendix: Appendix | None = None
    appendices: tuple[Appendix, ...] = ()
    check: Check | None = None
    wide: bool = False
