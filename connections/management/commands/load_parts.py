"""Load the parts a dossier must have where a kind does not know them yet."""

from typing import Any

from django.core.management.base import BaseCommand

from connections.services.parts import load_parts
from core.actor import system_actor


class Command(BaseCommand):
    help = "Nạp thành phần hồ sơ theo loại; không ghi đè thành phần đã có."

    def handle(self, *args: Any, **options: Any) -> None:
        load_parts(actor=system_actor("Nạp thành phần hồ sơ"))
