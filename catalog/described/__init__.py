"""The description of a version of a service that the platform itself publishes, in OpenAPI 3.1 and 3.0.3.

It is made from what is in force: operations and fields of the catalogue, structures of messages, headers that source
systems demand, forms, bounds, the end of a version, problem codes, ways to sign, the SOAP address. Of the
document its provider handed in and applied it carries over what is sound: parameters, contents, schemas, examples.
"""

from catalog.described.document import document_of
from catalog.described.older import as_3_0
from catalog.described.shapes import Cut, Described

__all__ = ["Cut", "Described", "as_3_0", "document_of"]
