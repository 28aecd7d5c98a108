"""What is handed about: places, problems, operations."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.elements import Field
from catalog.soap import Soap

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 64
MAX_NODES = 400_000
MAX_OPERATIONS = 500
MAX_FIELDS = 200
MAX_ALL_FIELDS = 5_000
# Problems shown; more say the same.
MAX_PROBLEMS = 200

Document = Mapping[str, object]
Place = tuple[str | int, ...]


class Refused(ValueError):
    """The document cannot be used at all; ``place`` is a JSON pointer or "" and the text says what and how to mend."""

    def __init__(self, text: str, place: str = "") -> None:
        super().__init__(text)
        self.place = place


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend (``is_error``: before it can be applied) or to think about, at ``place`` (JSON pointer)."""

    place: str
    text: str
    is_error: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as a version of a service holds it; ``place`` is where the document says it.

    ``soap`` None: the document says nothing of SOAP, so what the version holds stays. ``xml_root`` is entered by hand.
    ``readable``: its request holds nothing but single values, so that it might be asked with GET (WSDL).
    """

    code: str
    title: str
    method: str
    template: str
    record_path: str = ""
    fields: tuple[Field, ...] = ()
    place: str = ""
    soap: Soap | None = None
    xml_root: str = ""
    readable: bool = False


@dataclass(frozen=True, slots=True)
class Description:
    """What a document says: its OpenAPI release, title and operations, and what is wrong with it."""

    openapi: str
    title: str
    operations: tuple[Operation, ...] = ()
    problems: tuple[Problem, ...] = field(default=())

    @property
    def errors(self) -> int:
        """How many problems stand in the way of applying it."""
        return sum(item.is_error for item in self.problems)


def pointer(place: Place) -> str:
    """Return *place* as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in place)[:300]
