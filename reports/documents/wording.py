"""Words and numbers of report files: paragraphs, lists with their stops, differences with their signs. Pure."""

from collections.abc import Iterator, Sequence

from core.documents.wording import number


def signed(value: float, places: int = 0) -> str:
    """Return a difference with its sign.

    >>> signed(1234), signed(-5), signed(0)
    ('+1.234', '-5', '0')
    """
    said = number(value, places)
    return f"+{said}" if value > 0 and said != "0" else "0" if said == "-0" else said


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of *text*, which blank lines part; single line breaks stay inside their paragraph."""
    found: list[list[str]] = [[]]
    for line in text.splitlines():
        if line.strip():
            found[-1].append(line.strip())
        elif found[-1]:
            found.append([])
    return ["\n".join(lines) for lines in found if lines]


def ended(items: Sequence[str], form: str) -> Iterator[str]:
    """Give *items* in *form* ("- %(item)s"), each ended by a semicolon, the last by a full stop."""
    for place, item in enumerate(items, start=1):
        yield form % {"item": item.rstrip(".;")} + ("." if place == len(items) else ";")
