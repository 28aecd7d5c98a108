"""Opening an envelope, a caller's or a provider's, by the same strict reading."""

from typing import Any

from core.soap import SOAP_11, SOAP_12

VERSIONS = {SOAP_11: "1.1", SOAP_12: "1.2"}


class NotAnEnvelope(ValueError):
    """What was read is no envelope with one thing inside; ``said`` and ``said_en`` say why."""

    def __init__(self, said: str, said_en: str) -> None:
        super().__init__(said_en)
        self.said, self.said_en = said, said_en


def parted(element: Any) -> tuple[str, str]:
    """Return namespace ("" none) and local name of an element; of what is no element, nothing."""
    tag = element.tag
    if not isinstance(tag, str):
        return "", ""
    space, _brace, name = tag.removeprefix("{").rpartition("}") if tag[0] == "{" else ("", "", tag)
    return space, name


def opened(root: Any) -> tuple[str, list[Any], Any]:
    """Return version, headers and the one element in the body ("" and nothing for another root's namespace).

    Raises :class:`NotAnEnvelope`.
    """
    space, name = parted(root)
    if name != "Envelope":
        raise NotAnEnvelope("phần tử gốc không phải Envelope", "the root element is no Envelope")
    if space not in VERSIONS:
        return "", [], None
    inside = list(root)
    headers: list[Any] = []
    if inside and parted(inside[0]) == (space, "Header"):
        headers = list(inside.pop(0))
    if len(inside) != 1 or parted(inside[0]) != (space, "Body"):
        raise NotAnEnvelope(
            "cần đúng một Body, sau Header nếu có", "exactly one Body is needed, after a Header if any"
        )
    asked = list(inside[0])
    if len(asked) != 1 or not isinstance(asked[0].tag, str):
        raise NotAnEnvelope("cần đúng một phần tử trong Body", "exactly one element is needed in the Body")
    return VERSIONS[space], headers, asked[0]
