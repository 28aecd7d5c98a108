"""Reading a handed-in description beside what its version holds."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from catalog import openapi
from catalog.elements import Field
from catalog.handed_in import described
from catalog.models import ApiDescription, ServiceVersion
from catalog.soap import soap_of
from catalog.wsdl import settled


@dataclass(frozen=True, slots=True)
class Reading:
    """What a description says, and what applying it to its version would change."""

    said: openapi.Description
    difference: openapi.Difference

    @property
    def readable(self) -> list[openapi.Operation]:
        """Operations of which a person may say that they only read (``catalog.wsdl``)."""
        return [item for item in self.said.operations if item.readable]


def operations_of(version: ServiceVersion) -> list[openapi.Operation]:
    """Return the operations that *version* holds, with their fields in order; two queries."""
    return [
        openapi.Operation(
            item.code,
            item.title,
            item.method,
            item.template,
            item.record_path,
            tuple(Field(one.name, one.label, one.data_type, one.data_class) for one in item.elements.all()),
            soap=soap_of(item) if item.soap_version else None,
            xml_root=item.xml_root,
        )
        for item in version.operations.prefetch_related("elements").order_by("template", "method")
    ]


def reading_of(description: ApiDescription, reads: Collection[str] | None = None) -> Reading:
    """Read *description* anew; *reads* are the operations a person says only read (None: as the version has them).

    Raises ``openapi.Refused`` where a later release of ours reads it no more.
    """
    said, held = described(bytes(description.content)), operations_of(description.version)
    known = {item.code: item for item in held}
    said = replace(said, operations=tuple(settled(item, known.get(item.code), reads) for item in said.operations))
    return Reading(said, openapi.compare(held, said.operations))
