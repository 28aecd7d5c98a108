"""Say whether this installation may start; status 2 and one line when it may not. Reads only."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lgsp.starting import MayNotStart, judge


class Command(BaseCommand):
    help = "Kiểm tra trước khi khởi động: khóa, phiên bản cơ sở dữ liệu, đồng hồ, thư mục dữ liệu, bản khôi phục."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Ask whether the database is about to be brought up."""
        parser.add_argument("--may-migrate", action="store_true", help="cơ sở dữ liệu cũ hơn mã nguồn cũng được")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            judge(may_migrate=options["may_migrate"])
        except MayNotStart as error:
            raise CommandError(str(error), returncode=2) from error
