"""Enter the rules of alerts that are not known yet."""

from typing import Any

from django.core.management.base import BaseCommand

from core.actor import system_actor
from incidents.services.alert_rules import load_rules


class Command(BaseCommand):
    help = "Nạp quy tắc cảnh báo."

    def handle(self, *args: Any, **options: Any) -> None:
        made = load_rules(actor=system_actor("Nạp quy tắc cảnh báo"))
        self.stdout.write(f"Thêm {made} quy tắc cảnh báo")
