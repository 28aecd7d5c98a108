"""Load days off, make-up days, deadlines and regulation periods where none are known."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.services.calendar import load_calendar
from core.actor import system_actor


class Command(BaseCommand):
    help = "Nạp lịch làm việc và thời hạn mặc định; không ghi đè điều cán bộ đã sửa."

    def handle(self, *args: Any, **options: Any) -> None:
        made = load_calendar(actor=system_actor("Nạp lịch làm việc"))
        if options["verbosity"] > 1:
            self.stdout.write(f"Thêm {made} dòng")
