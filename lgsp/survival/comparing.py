"""What a restored log lacks of what lies outside: checkpoints and rows after the backup, by hour."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.conf import settings

from audit.models import Tombstone
from audit.sealing import store
from audit.sealing.checkpoints import Checkpoint, Sealed
from audit.sealing.comparing import compare, lives, notes_at
from audit.sealing.notes import BadNote
from audit.verification.link import link
from audit.verification.run import Asked, known_keys, verify
from core import clock


@dataclass(slots=True)
class Difference:
    """``faults`` are what must not be; ``hours`` are rows sealed after the backup, by hour of Vietnam."""

    number: int = 0
    size: int = 0
    outside_number: int = 0
    outside_at: datetime | None = None
    lost_rows: int = 0
    lost_since: datetime | None = None
    hours: dict[str, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    rows: int = 0

    @property
    def sound(self) -> bool:
        """Whether what was restored is the true beginning of what lies outside."""
        return not self.faults


def difference(outside: Path, claimed: Mapping[str, object]) -> Difference:
    """Verify the whole restored log, and compare it with the checkpoints at *outside* and the one the manifest claims.

    Raises OSError when *outside* cannot be read.
    """
    archives = settings.ARCHIVE_DIR if Tombstone.objects.exists() else None
    report = verify(asked=Asked(archives=archives))
    result = Difference(faults=[str(fault) for fault in report.faults[:50]], rows=report.intents + report.outcomes)
    last = store.last_checkpoint(link())
    here = last.checkpoint if last else None
    if here is not None:
        result.number, result.size = here.number, here.size
    if result.number < int(str(claimed.get("number", 0))):
        result.faults.append(
            f"Bản sao lưu khai điểm niêm phong {claimed['number']}, khôi phục chỉ có {result.number}."
        )
    _outside(result, outside, here)
    return result


def _outside(result: Difference, outside: Path, here: Checkpoint | None) -> None:
    known = known_keys()
    found = compare(link(), outside, known)
    result.faults += [f"Điểm niêm phong bên ngoài không đọc được: {text}" for text in found.unread]
    result.faults += [f"Điểm niêm phong {number} khác điểm bên ngoài." for number in found.different]
    result.faults += [f"Thiếu điểm niêm phong {number}." for number in found.missing if number <= result.number]
    if found.last is None:
        return
    result.outside_number, result.outside_at = found.last.checkpoint.number, found.last.checkpoint.at
    lost: Counter[str] = Counter()
    size = here.size if here else 0
    ends = lives(outside)
    for note in notes_at(outside):
        try:
            point = Sealed.read(note, known).checkpoint
        except (BadNote, ValueError):
            continue
        # What an earlier, accepted restore lost is not lost again.
        if point.number > result.number and point.number < ends.get(point.origin, 1 << 62):
            lost[f"{point.at.astimezone(clock.VIETNAM):%d/%m %H} giờ"] += max(0, point.size - size)
            result.lost_since = result.lost_since or point.at
            size = max(size, point.size)
    result.hours, result.lost_rows = dict(lost), sum(lost.values())
