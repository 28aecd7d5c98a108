"""Make the catalogue findable where it is not yet."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from catalog.services.searching import index_all


class Command(BaseCommand):
    help = "Lập chỉ mục tìm kiếm cho các dịch vụ đã công bố chưa có; --again lập lại tất cả."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--again", action="store_true", help="lập lại chỉ mục của mọi dịch vụ đã công bố")

    def handle(self, *args: Any, **options: Any) -> None:
        made = index_all(again=options["again"])
        if options["verbosity"] > 1:
            self.stdout.write(f"Lập chỉ mục {made} dịch vụ")
