"""References inside a document, followed within bounds; what leads outside or round is refused."""

from typing import Any
from urllib.parse import unquote

from django.utils.translation import gettext as _

from catalog.openapi.shapes import Document, Place, Refused, pointer

MAX_STEPS = 500_000
# Values that describe nothing: a "$ref" in them is somebody's data.
_EXAMPLES = frozenset({"example", "default", "enum", "const", "value"})


class Resolver:
    """Follows ``$ref`` in one document and counts what that costs."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.steps = 0
        self._known: dict[str, tuple[Any, Place]] = {}

    def follow(
        self, node: Any, place: Place, trail: frozenset[str] = frozenset()
    ) -> tuple[Any, Place, frozenset[str]]:
        """Return what *node* means, where that stands, and *trail* with the references on the way.

        Raises :class:`Refused` for a reference that leads outside, nowhere, or to what *trail* came from.
        """
        while isinstance(node, dict) and isinstance(node.get("$ref"), str):
            self.spend(1, place)
            reference = node["$ref"]
            if reference in trail:
                text = _("Tham chiếu «%(ref)s» đi vòng về chính nó; bỏ vòng")
                raise Refused(text % {"ref": reference[:100]}, pointer(place))
            trail |= {reference}
            node, place = self.target(reference, place)
        return node, place, trail

    def spend(self, steps: int, place: Place) -> None:
        """Count *steps* of work. Raises :class:`Refused` when it was too much."""
        self.steps += steps
        if self.steps > MAX_STEPS:
            raise Refused(_("Lược đồ ghép quá nhiều lớp; ghi gọn lại rồi gửi lại"), pointer(place))

    def target(self, reference: str, place: Place) -> tuple[Any, Place]:
        """Return what *reference*, one at *place*, points to and where that stands. Raises :class:`Refused`."""
        if reference not in self._known:
            self._known[reference] = self._sought(reference, place)
        return self._known[reference]

    def _sought(self, reference: str, place: Place) -> tuple[Any, Place]:
        if not reference.startswith("#"):
            raise outside(reference, place)
        if reference == "#":
            return self.document, ()
        found: Any = self.document
        parts = [unquote(part).replace("~1", "/").replace("~0", "~") for part in reference[1:].split("/")[1:]]
        for part in parts if reference.startswith("#/") else ["#"]:
            if isinstance(found, dict) and part in found:
                found = found[part]
            elif isinstance(found, list) and part.isdecimal() and len(part) < 7 and int(part) < len(found):
                found = found[int(part)]
            else:
                text = _("Tham chiếu «%(ref)s» không trỏ tới phần nào trong tệp")
                raise Refused(text % {"ref": reference[:100]}, pointer(place))
        return found, tuple(parts)


def outside(reference: str, place: Place) -> Refused:
    """Return the refusal of a reference that leads outside the file."""
    text = _(
        "Tham chiếu «%(ref)s» trỏ ra ngoài tệp; không tệp hay địa chỉ nào khác được đọc. Gộp nội dung vào một tệp"
    )
    return Refused(text % {"ref": reference[:100]}, pointer(place))


def require_inside(document: Document) -> None:
    """Refuse a document with a reference that leads outside, wherever it stands. Raises :class:`Refused`."""
    waiting: list[tuple[Any, Place]] = [(document, ())]
    seen: set[int] = set()
    while waiting:
        node, place = waiting.pop()
        # What an alias repeats is looked at once.
        if not isinstance(node, dict | list) or id(node) in seen:
            continue
        seen.add(id(node))
        reference = node.get("$ref") if isinstance(node, dict) else None
        if isinstance(reference, str) and not reference.startswith("#"):
            raise outside(reference, (*place, "$ref"))
        pairs = node.items() if isinstance(node, dict) else enumerate(node)
        waiting += [(value, (*place, key)) for key, value in pairs if key not in _EXAMPLES]
