"""Load the province's register where it is not known yet."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services.register import load_register
from core.actor import system_actor


class Command(BaseCommand):
    help = "Nạp danh bạ cơ quan; không ghi đè điều cán bộ đã sửa."

    def handle(self, *args: Any, **options: Any) -> None:
        made = load_register(actor=system_actor("Nạp danh bạ cơ quan"))
        if options["verbosity"] > 1:
            self.stdout.write(f"Thêm {made} cơ quan")
