"""The chain of openings and closings: who wrote what under which key, and how far each epoch is known to reach."""

from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from audit.ledger import canonical
from audit.ledger.epochs import CLOSE, OPEN
from audit.verification.findings import EPOCH, Fault, Report
from core.crypto import Keyring

_NAMES = [column.name for column in canonical.EPOCH]


@dataclass(slots=True)
class Known:
    """One epoch: key, the MACs its first row may be chained to, the end confirmed later on, whether it was closed."""

    kind: str
    key: bytes | None
    anchors: set[bytes]
    last_n: int | None = None
    last_mac: bytes | None = None
    closed: bool = False
    form: int = canonical.FORMAT


@dataclass(slots=True)
class _Walk:
    report: Report
    ring: Keyring
    known: dict[int, Known] = field(default_factory=dict)
    seq: int = 0
    macs: set[bytes] = field(default_factory=lambda: {canonical.NO_MAC})

    def step(self, signed: tuple[Any, ...], stored: bytes) -> None:
        """Check one event against the one before, then take in what it says."""
        event = dict(zip(_NAMES, signed, strict=True))
        if event["seq"] != self.seq + 1:
            self._fault(self.seq + 1, _("thiếu dòng của sổ chuỗi"), event["seq"] - 1)
        key = self.ring.keys.get(event["key_name"])
        computed = canonical.row_mac(key, "epoch", signed, event["format"]) if key else b""
        if key is None:
            self._fault(event["seq"], _("không có khóa «%s» trong các khóa nhật ký") % event["key_name"])
        elif computed != stored:
            self._fault(event["seq"], _("nội dung hoặc mã xác thực của sổ chuỗi đã bị sửa"))
        elif event["seq"] == self.seq + 1 and event["prev_mac"] not in self.macs:
            self._fault(event["seq"], _("không nối với dòng trước của sổ chuỗi"))
        self.seq, self.macs = event["seq"], {stored, computed}
        if event["event"] == OPEN:
            self.known[event["seq"]] = Known(event["kind"], key, {stored, computed}, form=event["format"])
        self._confirm(event)

    def _confirm(self, event: dict[str, Any]) -> None:
        ended = self.known.get(event["last_epoch"])
        if ended is None:
            return
        ended.last_n, ended.last_mac = event["last_n"], event["last_mac"]
        ended.closed |= event["event"] == CLOSE

    def _fault(self, seq: int, what: str, up_to: int | None = None) -> None:
        self.report.add(Fault(EPOCH, what, epoch=seq, n=seq, up_to=up_to))


def walk(report: Report, ring: Keyring) -> dict[int, Known]:
    """Check the events and return the epochs they open."""
    walker = _Walk(report, ring)
    with connection.cursor() as cursor:
        cursor.execute(f"select {', '.join(_NAMES)}, row_mac from audit_epoch order by seq")  # noqa: S608
        for row in cursor.fetchall():
            walker.step(row[:-1], bytes(row[-1]))
    report.epochs = len(walker.known)
    report.unclosed = sum(known.last_n is None for known in walker.known.values())
    return walker.known
