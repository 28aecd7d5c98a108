"""Numbers that come out as they went in: what a float or 64 bits cannot hold keeps its own text."""


class Decimal(float):
    """A number with a fraction or an exponent; ``text`` is how it was written."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> "Decimal":
        self = super().__new__(cls, text)
        self.text = text
        return self

    def __repr__(self) -> str:
        return self.text

    def __reduce__(self) -> "tuple[object, ...]":
        return Decimal, (self.text,)


class Whole(int):
    """A whole number of more digits than 64 bits hold."""


def text_of(number: int | float) -> str:
    """Return the number as JSON writes it."""
    if isinstance(number, Decimal):
        return number.text
    return int.__repr__(number) if isinstance(number, int) else float.__repr__(number)
