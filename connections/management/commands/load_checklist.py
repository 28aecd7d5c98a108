"""Load the first checklist where none is known."""

from typing import Any

from django.core.management.base import BaseCommand

from connections.services.checklists import load_checklist
from core.actor import system_actor


class Command(BaseCommand):
    help = "Nạp bộ tiêu chí đánh giá đầu tiên; không ghi đè bộ tiêu chí đã có."

    def handle(self, *args: Any, **options: Any) -> None:
        load_checklist(actor=system_actor("Nạp bộ tiêu chí"))
