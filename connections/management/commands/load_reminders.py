"""Load rules of reminding where none are known."""

from typing import Any

from django.core.management.base import BaseCommand

from connections.services.expiries import load_expiry_rules
from connections.services.reminder_rules import load_rules
from core.actor import system_actor


class Command(BaseCommand):
    help = "Nạp quy tắc nhắc hạn; không ghi đè điều cán bộ đã sửa."

    def handle(self, *args: Any, **options: Any) -> None:
        actor = system_actor("Nạp quy tắc nhắc hạn")
        load_rules(actor=actor)
        load_expiry_rules(actor=actor)
