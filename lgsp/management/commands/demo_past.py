"""Give the demonstration a month of use gone by, and the campaign that asked about it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.problems import StateRefused
from lgsp.demo.past import make_past


class Command(BaseCommand):
    help = "Tạo tháng khai thác đã qua và đợt thu báo cáo khai thác cho bản trình diễn mới."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(make_past().code)
        except StateRefused as refusal:
            raise CommandError(str(refusal.detail)) from refusal
