"""What an official document consists of (Nghị định 30/2020/NĐ-CP, Phụ lục I), whatever file it becomes. Pure."""

from dataclasses import dataclass
from datetime import datetime


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
class Grid:
    """A table: heads, rows of ready text, which columns hold numbers, and the columns' shares of the width."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[bool, ...]
    widths: tuple[int, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Appendix:
    """A new page with its own title, after the signature."""

    title: str
    blocks: tuple["Block", ...]


Block = Heading | Paragraph | Grid


@dataclass(frozen=True, slots=True)
class Document:
    """One official document. ``number`` stays blank until the clerk issues it; the signer is an office, not a name."""

    superior: str
    issuer: str
    number: str
    place_and_date: str
    kind: str
    subject: tuple[str, ...]
    addressee: str
    legal_bases: tuple[str, ...]
    blocks: tuple[Block, ...]
    recipients: tuple[str, ...]
    signer: str
    appendix: Appendix
    foot: str
    code: str
    made_at: datetime
