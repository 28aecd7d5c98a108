"""The catalogue's hatch to the broker: frozen rows of everything that can be called (decisions, 18).

The caller opens one snapshot (repeatable read) around this and the other projections.
"""

from catalog.projection.ends import load_gone
from catalog.projection.rows import (
    ANSWER_BYTES,
    AccountRow,
    Ending,
    GoneRow,
    OperationRow,
    ProfileRow,
    ServiceRow,
    SoapRow,
    UpstreamRow,
)
from catalog.projection.services import load_services
from catalog.relayed import NAMED_BY_CALLER, RELAYED

__all__ = [
    "ANSWER_BYTES",
    "NAMED_BY_CALLER",
    "RELAYED",
    "AccountRow",
    "Ending",
    "GoneRow",
    "OperationRow",
    "ProfileRow",
    "ServiceRow",
    "SoapRow",
    "UpstreamRow",
    "load_gone",
    "load_services",
]
