"""What a message is refused for, in words for both languages; no Django here, a helper process needs this too."""


class BadMessage(ValueError):
    """A message cannot be read, or has no equal in the other form. Nothing of its content is repeated but names.

    ``code`` is stable; ``pointer`` leads to the place where that is known (RFC 6901, "" the whole), ``line`` counts
    from 1 (0: not known); ``detail`` is Vietnamese, ``detail_en`` English.
    """

    def __init__(self, code: str, detail: str, detail_en: str, *, pointer: str = "", line: int = 0) -> None:
        super().__init__(detail_en)
        self.code, self.detail, self.detail_en = code, detail, detail_en
        self.pointer, self.line = pointer, line

    def __reduce__(self) -> "tuple[object, ...]":
        return _again, (self.code, self.detail, self.detail_en, self.pointer, self.line)


def _again(code: str, detail: str, detail_en: str, pointer: str, line: int) -> BadMessage:
    return BadMessage(code, detail, detail_en, pointer=pointer, line=line)


def shown(name: str) -> str:
    """Return *name* as it may stand in a message: one line, 64 characters at most, nothing that does not print."""
    kept = "".join(letter if letter.isprintable() else "�" for letter in name[:64])
    return kept + ("…" if len(name) > 64 else "")
