"""A bundle of evidence of calls that lie in the archive; who asked and why is a fact."""

import shutil
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from audit.selectors.call_pages import Wanted
from audit.services.bundles import make_archived_bundle
from core.actor import system_actor
from core.problems import DomainError


class Command(BaseCommand):
    help = "Lập gói bằng chứng từ một tháng nhật ký trong kho lưu trữ."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask which calls, for whom, why, and where the bundle goes."""
        parser.add_argument("month", metavar="NĂMTHÁNG", help="ví dụ 202401")
        parser.add_argument("--call", type=UUID, default=None, metavar="MÃ", help="chỉ một mã yêu cầu")
        parser.add_argument("--service", default="", metavar="MÃ", help="chỉ một dịch vụ dữ liệu")
        parser.add_argument("--system", type=int, default=None, metavar="SỐ", help="chỉ một hệ thống, theo số")
        parser.add_argument("--by", required=True, metavar="NGƯỜI", help="họ tên, chức vụ người đề nghị")
        parser.add_argument("--reason", required=True, metavar="LÝ_DO", help="để làm gì, căn cứ")
        parser.add_argument("--to", type=Path, required=True, metavar="TỆP", help="tệp zip sẽ ghi, chưa có")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["by"].strip() or not options["reason"].strip():
            raise CommandError("Nhập người đề nghị và lý do.", returncode=2)
        wanted = Wanted(call_id=options["call"], service=options["service"], system_id=options["system"])
        try:
            with options["to"].open("xb") as out:
                made = make_archived_bundle(
                    actor=system_actor(options["by"].strip()),
                    month=options["month"],
                    wanted=wanted,
                    reason=options["reason"],
                )
                with made.file as file:
                    shutil.copyfileobj(file, out)
        except FileExistsError as error:
            raise CommandError(f"{options['to']} đã có; chọn tên khác.", returncode=2) from error
        except (DomainError, OSError, ValueError) as error:
            options["to"].unlink(missing_ok=True)
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(f"Đã lập {options['to']}; SHA-256 của bản kê {made.digest}")
