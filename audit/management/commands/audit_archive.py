"""Put the months of the call log that are past their retention into the archive; status 1 where that may not be."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.services.archiving import SEALED_WITHIN_SECONDS, Waiting, archive_due
from core.actor import system_actor
from core.problems import DomainError


class Command(BaseCommand):
    help = "Chuyển các tháng nhật ký cuộc gọi quá thời hạn giữ vào kho lưu trữ; chạy lại bao nhiêu lần cũng được."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask where to, and how long to wait for the sealer."""
        parser.add_argument(
            "--to", type=Path, default=None, metavar="THƯ MỤC", help="mặc định là nơi LGSP_ARCHIVE_DIR nêu"
        )
        parser.add_argument(
            "--wait", type=float, default=SEALED_WITHIN_SECONDS, metavar="GIÂY", help="chờ niêm phong bia lưu trữ"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = archive_due(actor=system_actor("Lưu trữ nhật ký"), folder=options["to"], wait=options["wait"])
        except Waiting as error:
            raise CommandError(str(error), returncode=2) from error
        except DomainError as error:
            raise CommandError(str(error), returncode=1) from error
        except OSError as error:
            raise CommandError(f"Không ghi được tệp lưu trữ ({error.strerror}).", returncode=2) from error
        for one in done:
            rows = f"{one.rows:,}".replace(",", ".")
            self.stdout.write(f"Đã lưu trữ tháng {one.month[4:]}/{one.month[:4]}: {rows} dòng, tệp {one.file}.")
        if not done:
            self.stdout.write("Không có tháng nào quá thời hạn giữ.")
