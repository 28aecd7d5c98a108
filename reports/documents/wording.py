"""Words of report files: paragraphs, lists with their stops. Pure."""

from collections.abc import Iterator, Sequence


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
