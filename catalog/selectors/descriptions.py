"""Reading a handed-in description beside what its version holds."""

from dataclasses import dataclass

from catalog import openapi
from catalog.elements import Field
from catalog.handed_in import described
from catalog.models import ApiDescription, ServiceVersion
from catalog.soap import soap_of


@dataclass(frozen=True, slots=True)
class Reading:
    """What a description says, and what applying it to its version would change."""

    said: openapi.Description
    difference: openapi.Difference


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
        )
        for item in version.operations.prefetch_related("elements").order_by("template", "method")
    ]


def reading_of(description: ApiDescription) -> Reading:
    """Read *description* anew. Raises ``openapi.Refused`` where a later release of ours reads it no more."""
    said = described(bytes(description.content))
    return Reading(said, openapi.compare(operations_of(description.version), said.operations))
