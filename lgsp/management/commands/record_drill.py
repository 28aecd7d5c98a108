"""Write a drill down in the instance whose backup was restored elsewhere; status 1 when it failed."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.services.recovery import Outcome, record_drill
from core.actor import system_actor
from lgsp.survival.describing import counts
from lgsp.survival.manifest import Manifest, NotWhole

_TAKEN = ("number", "size", "outside_number", "lost_rows")


class Command(BaseCommand):
    help = "Ghi kết quả diễn tập khôi phục (do ./run drill gọi)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the backup and for what restoring it said."""
        parser.add_argument("backup", type=Path)
        parser.add_argument("result", type=Path)
        parser.add_argument("--by", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = Manifest.read(options["backup"])
            told = json.loads(options["result"].read_text(encoding="utf-8"))
        except (NotWhole, OSError, ValueError) as error:
            raise CommandError(str(error), returncode=2) from error
        faults = [*told["detail"]["faults"], *strays(manifest.counts, told.get("counts", {}), counts())]
        times = _times(float(told["seconds"]), float(told.get("backup_seconds", 0.0)))
        outcome = Outcome(
            backup=options["backup"].name,
            backup_at=manifest.at,
            sound=bool(told["sound"]) and not faults,
            seconds=float(told["seconds"]),
            outside_at=datetime.fromisoformat(told["outside_at"]) if told.get("outside_at") else None,
            revoked=int(told.get("revoked", 0)),
            detail={**told["detail"], "faults": faults, "counts": told.get("counts", {}), "times": times},
            **{name: int(told.get(name, 0)) for name in _TAKEN},
        )
        record_drill(actor=system_actor(options["by"] or "Diễn tập khôi phục"), outcome=outcome)
        self.stdout.write(
            f"Diễn tập {'ĐẠT' if outcome.sound else 'KHÔNG ĐẠT'} sau {_seconds(outcome.seconds)} giây:"
            f" {outcome.size} dòng nhật ký đã niêm phong, {sum(told.get('counts', {}).values())} dòng dữ liệu chính."
        )
        for line in times:
            self.stdout.write(f"  {line}")
        for fault in faults:
            self.stdout.write(f"  SAI: {fault}")
        if not outcome.sound:
            raise CommandError("Diễn tập không đạt; kết quả đã ghi.", returncode=1)


def _seconds(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")


def _times(whole: float, backup: float) -> list[str]:
    """Say what took how long; for as long as the second line says would a platform be away."""
    return [
        f"Sao lưu: {_seconds(backup)} giây",
        f"Khôi phục, kiểm tra, đối chiếu: {_seconds(whole - backup)} giây",
    ]


def strays(before: dict[str, int], restored: dict[str, int], after: dict[str, int]) -> list[str]:
    """Return the models of which the backup holds fewer or more rows than there were while it was made."""
    return [
        f"{label}: khôi phục {restored[label]} dòng, bản chính {before[label]} đến {after.get(label, 0)}"
        for label in before
        if label in restored
        and not min(before[label], after.get(label, 0)) <= restored[label] <= max(before[label], after.get(label, 0))
    ]
