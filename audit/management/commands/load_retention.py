"""Put the rule of how long the call log is kept where there is none yet; what staff set stays."""

from typing import Any

from django.core.management.base import BaseCommand

from audit.services.retention import load_retention


class Command(BaseCommand):
    help = "Nạp thời hạn giữ nhật ký cuộc gọi mặc định nếu chưa có."

    def handle(self, *args: Any, **options: Any) -> None:
        rule = load_retention()
        self.stdout.write(f"Giữ nhật ký {rule.months} tháng ({rule.source}).")
