"""Which rows of the log answer a question, which leaves they are, and the checkpoints they are proved to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import psycopg
from django.conf import settings
from django.utils.translation import gettext as _

from audit.evidence.question import Question
from audit.ledger.epochs import INTENTS, OUTCOMES
from audit.models import Sealing
from audit.sealing import store
from audit.sealing.checkpoints import Sealed
from audit.sealing.leaves import EVENTS
from audit.verification.link import link
from core.problems import StateRefused

# Intents and outcomes of the calls, and the openings and closings of the chains they stand in.
_PLACES = """
with chosen as materialized (select distinct * from ({chosen} limit %(most)s + 1) c),
wanted as materialized (
  select 'intent' as kind, i.epoch, i.n, i.epoch as intent_epoch, i.n as intent_n
    from chosen c join audit_intent i on i.call_id = c.call_id and i.received_at = c.received_at
  union all
  select 'outcome', o.epoch, o.n, o.intent_epoch, o.intent_n
    from chosen c join audit_outcome o on o.call_id = c.call_id and o.received_at = c.received_at
   limit %(most)s + 1),
every as (
  select * from wanted union all
  select 'epoch', 0, e.seq, 0, 0 from audit_epoch e
   where e.seq in (select epoch from wanted) or e.last_epoch in (select epoch from wanted))
select r.kind, r.epoch, r.n, l.first_leaf + r.n - l.first_n, l.form, r.intent_epoch, r.intent_n
  from every r left join lateral (
    select * from audit_leaf f where f.kind = r.kind and f.epoch = r.epoch and f.first_n <= r.n
     order by f.first_n desc limit 1) l on r.n - l.first_n < l.leaves
 order by 4, 1, 2, 3
"""


class NothingThere(StateRefused):
    """No call answers the question."""


class NotSealed(StateRefused):
    """The calls are newer than the newest checkpoint: in a few seconds they will be sealed."""


class TooMany(StateRefused):
    """More rows than one bundle holds."""


@dataclass(frozen=True, slots=True)
class Place:
    """One row: where it stands in its chain and in the tree, and under which form."""

    kind: str
    epoch: int
    n: int
    leaf: int
    form: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a bundle will hold: rows by leaf, the checkpoint of all proofs, the newest one another party holds.

    ``newer`` rows came after that checkpoint and are left out. ``rows`` are the values of those that are not in the
    database any more.
    """

    question: Question
    places: tuple[Place, ...]
    point: Sealed
    held: Sealed | None
    newer: int
    rows: Mapping[tuple[str, int, int], list[str | None]] = field(default_factory=dict)

    def count(self, kind: str) -> int:
        """Return how many rows of a kind there are."""
        return sum(place.kind == kind for place in self.places)

    @property
    def calls(self) -> int:
        """Return how many calls were asked for and are sealed (attempts submitted again count each)."""
        return self.count(INTENTS)


def plan(question: Question, *, number: int | None = None, held: int | None = None) -> Plan:
    """Return what the bundle of *question* will hold; five queries at most.

    Proofs go to checkpoint *number*, or the newest one that lies outside; *held* is the one of another party. Raises
    NothingThere, TooMany and NotSealed.
    """
    below, most = link(), settings.EVIDENCE_MAX_ROWS
    text, values = question.chosen()
    rows = below.execute(_PLACES.format(chosen=text), {**values, "most": most}).fetchall()
    asked = [row for row in rows if row[0] != EVENTS]
    if not asked:
        raise NothingThere(_("Không có cuộc gọi nào để lập gói bằng chứng."))
    if len(asked) > most:
        raise TooMany(too_many(most))
    point, other = checkpoints(below, number, held)
    size = point.checkpoint.size if point else 0
    intents = {(row[1], row[2]) for row in asked if row[0] == INTENTS and row[3] is not None and row[3] < size}
    kept = [row for row in rows if _sealed(row, size, intents)]
    newer = len(asked) - sum(row[0] != EVENTS for row in kept)
    if point is None or not intents or (newer and question.wanted.call_id is not None):
        raise NotSealed(_("Các dòng nhật ký này chưa niêm phong, thử lại sau vài giây."))
    return Plan(question, tuple(Place(*row[:5]) for row in kept), point, other, newer)


def too_many(most: int) -> str:
    """Return what is said when there are more than *most* rows."""
    text = _("Có hơn %(most)d dòng nhật ký, quá mức của một gói; chọn khoảng ngày ngắn hơn hoặc lọc thêm.")
    return text % {"most": most}


def _sealed(row: tuple[str, int, int, int | None, int, int, int], size: int, intents: set[tuple[int, int]]) -> bool:
    """Return whether a row is in the tree, an outcome together with its intent."""
    if row[3] is None or row[3] >= size:
        return False
    return row[0] != OUTCOMES or (row[5], row[6]) in intents


def checkpoints(
    below: "psycopg.Connection[tuple[object, ...]]", number: int | None, held: int | None
) -> tuple[Sealed | None, Sealed | None]:
    """Return the checkpoint all proofs lead to (*number*, else the newest outside), and the one another party has."""
    standing = Sealing.objects.first()
    number = number or (standing.outside_number if standing else 0)
    point = store.checkpoint(below, number) if number else None
    point = point or store.last_checkpoint(below)
    other = held if held is not None else standing.witness_number if standing else 0
    found = store.checkpoint(below, other) if point and 0 < other < point.checkpoint.number else None
    return point, found if point and found and found.checkpoint.size <= point.checkpoint.size else None
