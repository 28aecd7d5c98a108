"""Reading WSDL 1.1 files that others wrote, and writing ours: document/literal, types inside the file.

``describe`` (bytes to operations, fields and problems, as ``catalog.openapi`` gives them); nothing is ever fetched.
``settled`` says how an operation is offered to REST callers.
"""

from catalog.wsdl.choices import settled
from catalog.wsdl.reading import describe

__all__ = ["describe", "settled"]
