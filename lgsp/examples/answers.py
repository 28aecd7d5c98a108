"""From a request for a known version to its example: pure, the same for the same question."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from catalog.openapi.samples import value_of

ROWS = 3
_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
# What a caller wrote in the path comes back where a record has a field of that name.
MOST_ECHO = 100


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and JSON body of an answer; ``allow`` names the methods for 405."""

    status: int
    body: Any = None
    allow: tuple[str, ...] = ()

    @classmethod
    def error(cls, status: int, code: str, message: str, allow: tuple[str, ...] = ()) -> "Answer":
        """Return an error in the server's own shape."""
        return cls(status, {"error": {"code": code, "message": message}}, allow)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One operation; ``status`` 0: the description has no example of an answer, records are made of ``fields``."""

    method: str
    template: str
    record_path: str
    fields: tuple[tuple[str, str, str], ...]  # name, label, type in words
    status: int = 0
    example: Any = None

    @property
    def pattern(self) -> re.Pattern[str]:
        """Return what fits the template; a parameter is one part of the path."""
        parts = _PLACE.split(self.template)
        return re.compile("".join(f"(?P<{part}>[^/]+)" if n % 2 else re.escape(part) for n, part in enumerate(parts)))


@dataclass(frozen=True, slots=True)
class Book:
    """Every operation of a version in force, fixed paths first."""

    service: str
    version: str
    leaves: tuple[tuple[re.Pattern[str], Leaf], ...]

    @classmethod
    def of(cls, service: str, version: str, leaves: list[Leaf]) -> "Book":
        """Return the operations in the order the broker tries their paths."""
        ordered = sorted(leaves, key=lambda item: ("{" in item.template, -len(item.template.split("{")[0])))
        return cls(service, version, tuple((item.pattern, item) for item in ordered))


def answer_of(book: Book, method: str, path: str) -> Answer:
    """Return the example for *method* and *path* (decoded); 404 or 405 for what the version does not offer."""
    fitting = [(leaf, match) for pattern, leaf in book.leaves if (match := pattern.fullmatch(path))]
    if not fitting:
        return Answer.error(404, "not-found", "Phiên bản không có địa chỉ này.")
    first = fitting[0][0].template
    same = [(leaf, match) for leaf, match in fitting if leaf.template == first]
    found = next((pair for pair in same if pair[0].method == method), None)
    if found is None:
        allow = tuple(sorted(leaf.method for leaf, _match in same))
        return Answer.error(405, "method-not-allowed", "Phương thức không dùng được ở địa chỉ này.", allow)
    leaf, match = found
    if leaf.status:
        return Answer(leaf.status, leaf.example)
    return Answer(200, _made(leaf, f"{book.service}/{book.version}{quote(path)}", match.groupdict()))


def _made(leaf: Leaf, seed: str, asked: dict[str, str]) -> Any:
    """Return made-up records where the version says they lie; many unless the path names one."""
    if not leaf.fields:
        return {"message": "Dữ liệu mẫu của môi trường thử nghiệm"}
    many = leaf.method == "GET" and not leaf.template.endswith("}")
    records = [_record(leaf, seed, number, asked) for number in range(1, (ROWS if many else 1) + 1)]
    body: Any = records if many else records[0]
    for name in reversed(leaf.record_path.split(".") if leaf.record_path else []):
        body = {name: body}
    return body


def _record(leaf: Leaf, seed: str, number: int, asked: dict[str, str]) -> dict[str, Any]:
    return {
        name: asked[name][:MOST_ECHO] if name in asked else value_of(label, kind, f"{seed}/{number}/{name}", number)
        for name, label, kind in leaf.fields
    }
