"""Load the sectors we bring where they are not known yet."""

from typing import Any

from django.core.management.base import BaseCommand

from catalog.services.sectors import load_sectors
from core.actor import system_actor


class Command(BaseCommand):
    help = "Nạp danh mục lĩnh vực; không ghi đè điều cán bộ đã sửa."

    def handle(self, *args: Any, **options: Any) -> None:
        made = load_sectors(actor=system_actor("Nạp danh mục lĩnh vực"))
        if options["verbosity"] > 1:
            self.stdout.write(f"Thêm {made} lĩnh vực")
