"""Field scope: what the grant does not name is taken out of the answer, and counted (QC11.3; decisions, 10)."""

from collections.abc import Iterator
from typing import Any

from core.formats import BadMessage


class NotFilterable(BadMessage):
    """The answer is not of the published form: nothing can be said about its fields, so it is not passed on."""

    def __init__(self, detail: str, detail_en: str) -> None:
        super().__init__("not-as-published", detail, detail_en)


def keep_only(document: Any, record_path: str, allowed: frozenset[str], *, xml: bool = False) -> int:
    """Leave only *allowed* fields in the records of *document*; return how many values were dropped.

    ``record_path`` leads to a record or a list of records, dotted ("" is the whole answer). Of an answer that was XML
    an attribute or a name with a prefix counts as the field of its plain name, declarations of namespaces stay, and an
    element that is empty holds no record. Raises :class:`NotFilterable`.
    """
    dropped = 0
    for record in _records(document, record_path, xml):
        outside = [name for name in record if name not in allowed and not (xml and _stays(name, allowed))]
        for name in outside:
            del record[name]
        dropped += len(outside)
    return dropped


def _stays(name: str, allowed: frozenset[str]) -> bool:
    return name.startswith("@xmlns") or name.removeprefix("@").rpartition(":")[2] in allowed


def _records(document: Any, record_path: str, xml: bool) -> Iterator[dict[str, Any]]:
    found = document
    for name in filter(None, record_path.split(".")):
        if xml and found == "" and found is not document:
            return
        if not isinstance(found, dict) or name not in found:
            raise NotFilterable("Không có trường chứa bản ghi.", "The member that holds the records is missing.")
        found = found[name]
    if xml and found == "":
        return
    for record in found if isinstance(found, list) else [found]:
        if not isinstance(record, dict):
            raise NotFilterable("Có bản ghi không phải đối tượng.", "A record is not an object.")
        yield record
