"""Let a restored database go on; a person decides, and the decision is a fact."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit.services.recovery import accept_restore
from core.actor import system_actor
from core.problems import DomainError


class Command(BaseCommand):
    help = "Chấp nhận cơ sở dữ liệu vừa khôi phục: niêm phong bắt đầu đời mới của nhật ký, nhận cuộc gọi trở lại."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask who decided and why."""
        parser.add_argument("--by", required=True, metavar="NGƯỜI", help="họ tên, chức vụ người quyết định")
        parser.add_argument("--reason", required=True, metavar="LÝ_DO", help="vì sao phải khôi phục, căn cứ")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["by"].strip():
            raise CommandError("Nhập họ tên người quyết định.", returncode=2)
        try:
            done = accept_restore(actor=system_actor(options["by"].strip()), reason=options["reason"])
        except DomainError as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(f"Đã chấp nhận: {done.backup}. Khởi động cổng; nhật ký bắt đầu đời mới.")
