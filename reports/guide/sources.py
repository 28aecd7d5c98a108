"""Scripts and vectors the guide shows: taken from the documents the tests run, never a copy of them."""

import json
import re
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings

DOCS = settings.BASE_DIR / "docs"


@lru_cache(maxsize=16)
def script(document: str, language: str, number: int = 0) -> str:
    """Return the block *number* in *language* of a document below ``docs``. Raises IndexError where it has none."""
    text = (DOCS / document).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)[number].rstrip("\n")


@lru_cache(maxsize=1)
def vectors() -> bytes:
    """Return the file of test vectors of profile lgsp-1 as it is."""
    return (DOCS / "vectors" / "lgsp-1.json").read_bytes()


@dataclass(frozen=True, slots=True)
class Vector:
    """The first accepted vector: what was sent, the text that is signed, keys made for it alone."""

    access_key: str
    secret: str
    now: int
    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    text: str
    accepted: int
    refused: int


@lru_cache(maxsize=1)
def first_vector() -> Vector:
    """Return the first accepted vector, and how many there are of each kind."""
    found = json.loads(vectors())
    rows = found["vectors"]
    accepted = [row for row in rows if row["expected"] == "accepted"]
    request = accepted[0]["request"]
    return Vector(
        access_key=found["access_key"],
        secret=found["secret"],
        now=found["now"],
        method=request["method"],
        target=request["target"],
        headers=tuple((name, value) for name, value in request["headers"]),
        text=accepted[0]["signature_base"],
        accepted=len(accepted),
        refused=len(rows) - len(accepted),
    )
