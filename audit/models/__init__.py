"""Records of evidence. Plain ids and name snapshots, no foreign keys: evidence outlives its subject."""

from audit.models.archive import Retention, Tombstone
from audit.models.calls import Intent, Outcome
from audit.models.changes import RowChange
from audit.models.facts import Fact
from audit.models.recovery import Recovery
from audit.models.sealing import Sealing, Verification
from audit.models.use import UseAddress, UseDay, UseMark

__all__ = [
    "Fact",
    "Intent",
    "Outcome",
    "Recovery",
    "Retention",
    "RowChange",
    "Sealing",
    "Tombstone",
    "UseAddress",
    "UseDay",
    "UseMark",
    "Verification",
]
