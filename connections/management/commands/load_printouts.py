"""Load the templates of papers where none are known."""

from typing import Any

from django.core.management.base import BaseCommand

from connections.services.paper_templates import load_printouts
from core.actor import system_actor


class Command(BaseCommand):
    help = "Nạp mẫu văn bản của hồ sơ kết nối; không ghi đè điều cán bộ đã sửa."

    def handle(self, *args: Any, **options: Any) -> None:
        load_printouts(actor=system_actor("Nạp mẫu văn bản"))
