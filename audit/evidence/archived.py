"""A bundle out of the archive: rows from a month's file, proofs from the tree, which is still in the database."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from audit.archive.writing import read
from audit.evidence.plan import NothingThere, NotSealed, Place, Plan, TooMany, checkpoints, too_many
from audit.evidence.question import Question
from audit.evidence.verify import answers
from audit.ledger.epochs import INTENTS, OUTCOMES
from audit.sealing.leaves import EVENTS, columns_of
from audit.verification.link import link

_EVENTS = """
select 'epoch', 0, e.seq, l.first_leaf + e.seq - l.first_n, l.form
  from audit_epoch e join lateral (
    select * from audit_leaf f where f.kind = 'epoch' and f.epoch = 0 and f.first_n <= e.seq
     order by f.first_n desc limit 1) l on e.seq - l.first_n < l.leaves
 where e.seq = any(%(epochs)s) or e.last_epoch = any(%(epochs)s)
"""


def plan_archived(question: Question, path: Path) -> Plan:
    """Return what a bundle of *question* out of the file at *path* holds.

    Only what the rows of calls themselves say can be asked for, no outcome, reason or status. Raises NothingThere,
    TooMany, NotSealed; OSError, ValueError for a file that is none of the archive.
    """
    asked, most = question.as_json(), settings.EVIDENCE_MAX_ROWS
    rows: dict[tuple[str, int, int], list[str | None]] = {}
    places: list[Place] = []
    for found in read(path):
        row: dict[str, Any] = found["row"]
        if not _wanted(found["kind"], row, asked, rows, proven=question.proven):
            continue
        place = Place(found["kind"], int(row["epoch"]), int(row["n"]), found["leaf"], found["form"])
        places.append(place)
        rows[place.kind, place.epoch, place.n] = [row[name] for name in columns_of(place.kind, place.form)]
        if len(places) > most:
            raise TooMany(too_many(most))
    if not places:
        raise NothingThere(_("Không có cuộc gọi nào để lập gói bằng chứng."))
    below = link()
    epochs = sorted({place.epoch for place in places})
    places += [Place(*one) for one in below.execute(_EVENTS, {"epochs": epochs}).fetchall()]
    point, other = checkpoints(below, None, None)
    if point is None or max(place.leaf for place in places if place.kind != EVENTS) >= point.checkpoint.size:
        raise NotSealed(_("Các dòng nhật ký này chưa niêm phong, thử lại sau vài giây."))
    kept = [place for place in places if place.leaf < point.checkpoint.size]
    return Plan(question, tuple(sorted(kept, key=lambda place: place.leaf)), point, other, 0, rows)


def _wanted(kind: str, row: dict[str, Any], asked: dict[str, Any], rows: Any, *, proven: bool) -> bool:
    """Return whether a row is of a call asked for; outcomes come after the calls they are of."""
    if kind == OUTCOMES:
        return (INTENTS, int(row["intent_epoch"]), int(row["intent_n"])) in rows
    return answers(asked, row) and (not proven or row["key_id"] != "0")
