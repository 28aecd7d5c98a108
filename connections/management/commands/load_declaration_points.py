"""Load the statements of the yearly declaration that are not known yet."""

from typing import Any

from django.core.management.base import BaseCommand

from connections.services.declarations import load_declaration_points
from core.actor import system_actor


class Command(BaseCommand):
    help = "Nạp nội dung cam kết hằng năm; không ghi đè nội dung đã có."

    def handle(self, *args: Any, **options: Any) -> None:
        load_declaration_points(actor=system_actor("Nạp nội dung cam kết hằng năm"))
