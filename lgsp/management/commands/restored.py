"""What follows once a backup's database runs again: verify, tell what is lost, revoke again, mark it as restored.

``./run restore`` runs it; on a server of one's own it is run by hand (docs/installation.md). Status 1: what was
restored does not verify; 2: nothing was done. With ``--drill`` nothing is marked and the result is JSON.
"""

import json
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.services.replaying import sign_everybody_out
from audit.sealing.notes import BadNote
from audit.sealing.revocations import read
from audit.services.recovery import Outcome, record_restore
from audit.verification.run import known_keys
from core.actor import system_actor
from lgsp.survival.comparing import Difference, difference
from lgsp.survival.describing import counts
from lgsp.survival.manifest import Manifest, NotWhole
from lgsp.survival.replay import Replayed, replay

_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Sau khi cơ sở dữ liệu của bản sao lưu chạy lại: kiểm tra, đối chiếu, thu hồi lại, đánh dấu là bản khôi phục."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask for the backup and for what lies outside."""
        parser.add_argument("backup", type=Path, metavar="BẢN_SAO_LƯU")
        parser.add_argument("--checkpoints", type=Path, required=True, metavar="THƯ_MỤC",
                            help="điểm niêm phong và sổ thu hồi mới nhất còn giữ bên ngoài")  # fmt: skip
        parser.add_argument("--by", default="", metavar="NGƯỜI", help="ai khôi phục")
        parser.add_argument("--seconds", type=float, default=0.0, help="thời gian đã dùng trước bước này")
        parser.add_argument("--drill", action="store_true", help="chỉ diễn tập")

    def handle(self, *args: Any, **options: Any) -> None:
        begun = monotonic()
        try:
            manifest = Manifest.read(options["backup"])
            revoked = list(read(options["checkpoints"], known_keys()))
            told = difference(options["checkpoints"], manifest.log)
        except (NotWhole, OSError) as error:
            raise CommandError(str(error), returncode=2) from error
        except (BadNote, ValueError) as error:
            raise CommandError(f"Sổ thu hồi không còn nguyên vẹn ({error}).", returncode=2) from error
        restored = counts()
        again = replay(revoked, manifest.at)
        outcome = Outcome(
            backup=options["backup"].resolve().name,
            backup_at=manifest.at,
            sound=told.sound,
            seconds=round(options["seconds"] + monotonic() - begun, 1),
            number=told.number,
            size=told.size,
            outside_number=told.outside_number,
            outside_at=told.outside_at,
            lost_rows=told.lost_rows,
            revoked=len(again.done),
            detail={"hours": told.hours, "faults": told.faults, "rows": told.rows, **asdict(again)},
        )
        if options["drill"]:
            shown = {**asdict(outcome), "counts": restored}
            self.stdout.write(json.dumps(shown, ensure_ascii=False, default=str))
            return
        sign_everybody_out()
        record_restore(actor=system_actor(options["by"] or "Khôi phục"), outcome=outcome)
        self._tell(told, again)
        if not told.sound:
            raise CommandError("KHÔNG ĐẠT: bản khôi phục không dùng được.", returncode=1)

    def _tell(self, told: Difference, again: Replayed) -> None:
        say = self.stdout.write
        say(f"Khôi phục được đến điểm niêm phong {told.number}: {told.size} dòng; đã kiểm tra {told.rows} dòng.")
        if told.lost_rows or told.outside_number > told.number:
            say(f"Bên ngoài đã có đến điểm {told.outside_number}: mất {told.lost_rows} dòng, mỗi cuộc gọi hai dòng.")
            for hour, rows in told.hours.items():
                say(f"  {hour}: {rows} dòng")
        else:
            say("Không mất dòng nào đã niêm phong.")
        for title, names in (
            ("Thu hồi lại", again.done),
            ("Không còn trong bản khôi phục nên không thu hồi", again.unknown),
            ("Phải làm lại bằng tay", again.by_hand),
        ):
            if names:
                say(f"{title}: {len(names)}")
            for name in names[:_SHOWN]:
                say(f"  {name}")
        for fault in told.faults[:_SHOWN]:
            say(f"  SAI: {fault}")
