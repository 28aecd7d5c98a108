"""Make a backup: database with its write-ahead log, files, checkpoints; status 2 and one line when none was made."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from lgsp.survival.describing import describe, source
from lgsp.survival.making import BackupFailed, make


class Command(BaseCommand):
    help = "Sao lưu cơ sở dữ liệu, tệp đính kèm, điểm niêm phong; in thư mục đã tạo. Khóa bí mật không nằm trong đó."

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask where to and how many to keep."""
        parser.add_argument("--to", type=Path, default=None, metavar="THƯ_MỤC", help="mặc định: backups trong dữ liệu")
        parser.add_argument("--keep", type=int, default=0, metavar="SỐ", help="giữ số bản mới nhất; 0: giữ tất cả")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["keep"] < 0:
            raise CommandError("Số bản giữ lại phải từ 0 trở lên.", returncode=2)
        target = (options["to"] or settings.BACKUP_DIR).expanduser().absolute()
        try:
            made = make(source(), target, describe, keep=options["keep"])
        except BackupFailed as error:
            raise CommandError(str(error), returncode=2) from error
        except DatabaseError as error:
            line = " ".join(str(error).split())[:300]
            raise CommandError(f"Không đọc được cơ sở dữ liệu để sao lưu: {line}", returncode=2) from error
        self.stdout.write(str(made))
