"""The chains of rows: every MAC recomputed, every place taken once, every row chained to the one before."""

from dataclasses import dataclass, field
from itertools import chain, pairwise
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from audit.archive.tombstones import Gone
from audit.ledger import canonical
from audit.ledger.epochs import INTENTS
from audit.verification.epochs import Known
from audit.verification.findings import Fault, Report
from audit.verification.stored import MAC_AT, N_AT, PREV_AT, TABLES, Row, mac_of, rows
from core.crypto import Keyring

_TRIES = 400


@dataclass(slots=True)
class ChainCheck:
    """Walks the epochs of one table; what it could not place is sorted out at the end.

    ``there`` are the epochs that had rows before the events were read: one opened meanwhile is left for the next time.
    With ``starts`` only these epochs are checked, each from that place on. What is ``gone`` to the archive is passed.
    """

    report: Report
    ring: Keyring
    kind: str
    known: dict[int, Known]
    there: frozenset[int]
    starts: dict[int, int] | None = None
    gone: Gone = field(default_factory=Gone)
    rows: int = 0
    _strays: list[tuple[Row, bytes]] = field(default_factory=list)
    _gaps: list[tuple[int, int, int]] = field(default_factory=list)
    _expected: int = 1
    _before: Row | None = None
    _macs: set[bytes] = field(default_factory=set)
    _form: int = canonical.FORMAT

    @property
    def table(self) -> str:
        """The table's name."""
        return TABLES[self.kind][0]

    def run(self) -> None:
        """Check every epoch that has rows or should have some."""
        ends = ends_of(self.kind, self.starts)
        ends = {epoch: end for epoch, end in ends.items() if epoch in self.known or epoch in self.there}
        mine = {epoch for epoch, known in self.known.items() if known.kind == self.kind}
        if self.starts is not None:
            mine &= self.starts.keys()
        for epoch in sorted(mine | ends.keys()):
            self._epoch(epoch, *ends.get(epoch, (0, 0)))
        self._sort_out()

    def _epoch(self, epoch: int, most: int, count: int) -> None:
        known = self.known.get(epoch)
        key = self._key(epoch, known)
        begin = self.starts.get(epoch, 1) if self.starts else 1
        anchors = set(known.anchors) if known else set()
        self._expected, self._before = begin, None
        self._macs = anchors if begin == 1 else self._macs_at(epoch, begin - 1)
        self._pass_gone(epoch)
        read = self._walk(epoch, most, begin, key, known)
        self.rows += read
        if known is not None:
            self._end(epoch, known)
        if read != count:
            what = _("có %(there)s dòng nhưng chỉ đọc được %(read)s theo thứ tự") % {"there": count, "read": read}
            self.report.add(Fault(self.table, what, epoch=epoch))

    def _walk(self, epoch: int, most: int, begin: int, key: bytes, known: Known | None) -> int:
        """Place the rows of an epoch; return how many there were. A row that is as it should be, alone at the place
        that is due, is dealt with here: nearly all are."""
        read, form, special = 0, self._form, known.last_n if known else None
        group: list[Row] = []
        pauses = {one.first for one in self.gone.of(self.kind, epoch)}
        stored = rows(self.kind, epoch, most, begin)
        for raw, following in pairwise(chain(stored, (None,))):
            assert raw is not None  # noqa: S101 only the one after the last is
            read += 1
            n, computed = raw[N_AT], mac_of(key, self.kind, raw, form)
            alone = following is None or following[N_AT] != n
            sound = raw[MAC_AT] == computed and raw[PREV_AT] in self._macs
            if known and alone and sound and not group and n == self._expected and n != special:
                self._expected, self._before, self._macs = n + 1, None, {computed}
                if n + 1 in pauses:
                    self._pass_gone(epoch)
                continue
            group.append(Row(raw[:-1], raw[MAC_AT], computed))
            if not alone:
                continue
            if known is None or self.gone.at(self.kind, epoch, n):
                self._strays += [(row, key) for row in group]
            else:
                self._place(n, group, key, known)
            group = []
        return read

    def _place(self, n: int, group: list[Row], key: bytes, known: Known) -> None:
        """Take the one row that belongs at *n*; others of that place, and unsound rows beyond a hole, are strays."""
        group.sort(key=lambda row: (not row.sound, row.prev not in self._macs))
        row, others = group[0], group[1:]
        self._strays += [(other, key) for other in others]
        if n != self._expected and not row.sound:
            self._strays.append((row, key))
            return
        if n > self._expected:
            self._miss(row.place[0], n - 1)
        elif not row.sound:
            self._unsound(row, key)
        elif row.prev not in self._macs and not (self._before and not self._before.sound):
            self._fault(row, _("không nối với dòng trước"))
        if known.last_n == n and known.last_mac not in (row.stored, row.computed):
            self._fault(row, _("khác với mã xác thực đã ghi khi kết thúc chuỗi"))
        self._expected, self._before, self._macs = n + 1, row, {row.stored, row.computed}
        self._pass_gone(row.place[0])

    def _miss(self, epoch: int, last: int) -> None:
        """Keep the places from the one that is due up to *last* as holes, but for those that are in the archive."""
        self._gaps += [(epoch, *part) for part in self.gone.left(self.kind, epoch, self._expected, last)]

    def _pass_gone(self, epoch: int) -> None:
        """Go on behind the archived places that begin where the next row is due, chained to their last one."""
        while (one := self.gone.at(self.kind, epoch, self._expected)) is not None:
            whole = one.first == self._expected
            if whole and one.prev not in self._macs and not (self._before and not self._before.sound):
                what = _("đoạn đã lưu trữ không nối với dòng trước")
                self.report.add(Fault(self.table, what, epoch, one.first, one.last))
            self._expected, self._before, self._macs = one.last + 1, None, {one.mac}

    def _unsound(self, row: Row, key: bytes) -> None:
        if any(self._mac((*row.values[:-1], mac), key) == row.stored for mac in self._macs):
            self._fault(row, _("cột %s đã bị sửa") % "prev_mac")
            return
        after = self._next_prev(row)
        if after is not None and after == row.computed:
            self._fault(row, _("cột %s đã bị sửa") % "row_mac")
        else:
            self._fault(row, _("nội dung không khớp mã xác thực: cột dữ liệu hoặc mã đã bị sửa"))

    def _end(self, epoch: int, known: Known) -> None:
        beyond = self._expected - 1 - (known.last_n if known.last_n is not None else self._expected - 1)
        if beyond < 0:
            self._miss(epoch, known.last_n or 0)
        elif beyond and known.closed:
            self.report.add(
                Fault(self.table, _("có dòng sau điểm đóng chuỗi"), epoch, (known.last_n or 0) + 1, self._expected - 1)
            )
        else:
            self.report.unconfirmed += beyond

    def _sort_out(self) -> None:
        """Name the strays: a row moved from a hole, or one no writer of ours put there; then the holes left."""
        holes = [(epoch, n) for epoch, first, last in self._gaps for n in range(first, min(last, first + _TRIES) + 1)]
        for row, key in self._strays:
            home = next((hole for hole in holes if self._fits(row, hole, key)), None)
            if home is not None:
                holes.remove(home)
                self._gaps = _without(self._gaps, home)
                self._fault(row, _("cột vị trí đã bị sửa (vốn ở chuỗi %s, vị trí %s)") % home, home)
            else:
                self._fault(row, _("dòng thừa: trùng vị trí, chép lại hoặc không do nền tảng ghi"))
        for epoch, first, last in self._gaps:
            calls = _calls_by_outcome(epoch, first, last) if self.kind == INTENTS else ()
            self.report.add(Fault(self.table, _("dòng đã bị xóa"), epoch, first, last, calls))

    def _fits(self, row: Row, place: tuple[int, int], key: bytes) -> bool:
        known = self.known.get(place[0])
        keys = {key, known.key if known and known.key else key}
        return any(self._mac((*row.values[:-3], *place, row.prev), one) == row.stored for one in keys)

    def _fault(self, row: Row, what: str, home: tuple[int, int] | None = None) -> None:
        epoch, n = row.place
        self.report.add(Fault(self.table, what, epoch, n, calls=_with_partner(self.kind, row), home=home))

    def _key(self, epoch: int, known: Known | None) -> bytes:
        """Return the key of an epoch; one whose event is gone or spoilt is tried on its first row."""
        self._form = known.form if known is not None else canonical.FORMAT
        if known is not None and known.key is not None:
            return known.key
        for self._form in range(canonical.FORMAT, 0, -1):
            for key in self.ring.keys.values():
                first = next(rows(self.kind, epoch, 1), None)
                if first is not None and first[MAC_AT] == mac_of(key, self.kind, first, self._form):
                    return key
        self._form = canonical.FORMAT
        return next(iter(self.ring.keys.values()))

    def _mac(self, values: tuple[Any, ...], key: bytes) -> bytes:
        return mac_of(key, self.kind, values, self._form)

    def _macs_at(self, epoch: int, n: int) -> set[bytes]:
        """Return the MACs stored at a place (one, but for copies)."""
        if (one := self.gone.at(self.kind, epoch, n)) is not None:
            return {one.mac}
        with connection.cursor() as cursor:
            cursor.execute(f"select row_mac from {self.table} where epoch = %s and n = %s", [epoch, n])  # noqa: S608
            return {bytes(mac) for (mac,) in cursor.fetchall()}

    def _next_prev(self, row: Row) -> bytes | None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"select prev_mac from {self.table} where epoch = %s and n = %s",  # noqa: S608
                [row.place[0], row.place[1] + 1],
            )
            found = cursor.fetchone()
        return bytes(found[0]) if found else None


def ends_of(kind: str, starts: dict[int, int] | None = None) -> dict[int, tuple[int, int]]:
    """Return the last n and the number of rows of each epoch that has rows, or of those in *starts* from there on."""
    table = TABLES[kind][0]
    with connection.cursor() as cursor:
        if starts is None:
            cursor.execute(f"select epoch, max(n), count(*) from {table} group by epoch")  # noqa: S608
        else:
            cursor.execute(
                f"select t.epoch, max(t.n), count(*) from unnest(%s::bigint[], %s::bigint[]) s (epoch, n)"  # noqa: S608
                f" join {table} t on t.epoch = s.epoch and t.n >= s.n group by t.epoch",
                [list(starts), list(starts.values())],
            )
        return {epoch: (most, count) for epoch, most, count in cursor.fetchall()}


def _without(gaps: list[tuple[int, int, int]], place: tuple[int, int]) -> list[tuple[int, int, int]]:
    """Return *gaps* with one place filled."""
    left = []
    for epoch, first, last in gaps:
        if epoch == place[0] and first <= place[1] <= last:
            around = ((epoch, first, place[1] - 1), (epoch, place[1] + 1, last))
            left += [part for part in around if part[1] <= part[2]]
        else:
            left.append((epoch, first, last))
    return left


def _calls_by_outcome(epoch: int, first: int, last: int) -> tuple[UUID, ...]:
    """Return some calls whose intents stood there, as their outcomes know them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select call_id from audit_outcome where intent_epoch = %s and intent_n between %s and %s"
            " order by intent_n limit 5",
            [epoch, first, last],
        )
        return tuple(call for (call,) in cursor.fetchall())


def _with_partner(kind: str, row: Row) -> tuple[UUID, ...]:
    """Return the call a row names, and the one its counterpart names when they differ."""
    if kind == INTENTS:
        found = _calls_by_outcome(*row.place, row.place[1])
    else:
        place = dict(zip((column.name for column in canonical.OUTCOME), row.values, strict=True))
        with connection.cursor() as cursor:
            cursor.execute(
                "select call_id from audit_intent where epoch = %s and n = %s",
                [place["intent_epoch"], place["intent_n"]],
            )
            found = tuple(call for (call,) in cursor.fetchall())
    return tuple(dict.fromkeys((row.call, *found)))
