"""What a verification says: faults, each naming a row as closely as can be told, and counts that are no faults."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext as _

from audit.sealing.checkpoints import Sealed

INTENT, OUTCOME, EPOCH = "audit_intent", "audit_outcome", "audit_epoch"
_MOST = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it was written. ``what`` names the class of columns, or what became of the row.

    ``home`` is where a moved row was written: epoch and n. ``leaf`` is the index of its sealed leaf, where known.
    """

    table: str
    what: str
    epoch: int | None = None
    n: int | None = None
    up_to: int | None = None
    calls: tuple[UUID, ...] = ()
    home: tuple[int, int] | None = None
    leaf: int | None = None

    def __str__(self) -> str:
        parts = [_("bảng %s") % self.table]
        if self.calls:
            parts.append(_("cuộc gọi %s") % ", ".join(map(str, self.calls)))
        if self.epoch is not None:
            parts.append(_("chuỗi %s") % self.epoch)
        if self.n is not None:
            last = "" if self.up_to in (None, self.n) else f"–{self.up_to}"
            parts.append(_("vị trí %s") % f"{self.n}{last}")
        if self.leaf is not None:
            parts.append(_("lá %s") % self.leaf)
        return f"{', '.join(parts)}: {self.what}"

    def covers(self, table: str, epoch: int, n: int) -> bool:
        """Return whether this fault is about that row."""
        here = self.epoch == epoch and (self.n or 0) <= n <= (self.up_to or self.n or 0)
        return self.table == table and (here or self.home == (epoch, n))


@dataclass(slots=True)
class Report:
    """Everything one verification found.

    ``unknown`` calls were closed by the sealer, ``late`` of them ended by themselves after that; ``outside`` is how
    many checkpoints held outside were compared (None: none were asked for), ``lost`` those an accepted restore left.
    ``records`` are the rows sealed beside the log, ``archived`` rows of so many months are in the archive, of which
    so many files were looked at.
    """

    intents: int = 0
    outcomes: int = 0
    epochs: int = 0
    unclosed: int = 0
    unconfirmed: int = 0
    unfinished: int = 0
    in_rest: int = 0
    unknown: int = 0
    late: int = 0
    leaves: int = 0
    checkpoints: int = 0
    outside: int | None = None
    lost: int = 0
    unsealed: int = 0
    records: int = 0
    archived: int = 0
    archived_months: int = 0
    archive_files: int = 0
    sealed: Sealed | None = None
    faults: list[Fault] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """True when nothing was found."""
        return not self.faults

    @property
    def first(self) -> Fault:
        """The first fault that names a row; else the first of any kind. Raises IndexError on a clean report."""
        return next((fault for fault in self.faults if fault.n is not None), self.faults[0])

    def add(self, fault: Fault) -> None:
        """Keep a fault (the first ones; the rest would say nothing new)."""
        if len(self.faults) < _MOST:
            self.faults.append(fault)

    def faulty(self, table: str, epoch: int, n: int) -> bool:
        """Return whether a fault is already known about that row, so that what follows from it is not told twice."""
        return any(fault.covers(table, epoch, n) for fault in self.faults)

    def faulty_any(self, rows: Iterable[tuple[str, int, int]]) -> bool:
        """Return whether a fault is known about any of the rows."""
        return any(self.faulty(*row) for row in rows)
