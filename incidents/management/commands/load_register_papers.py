"""Load what papers of the registers say where nothing is known."""

from typing import Any

from django.core.management.base import BaseCommand

from incidents.services.register_templates import load_register_templates


class Command(BaseCommand):
    help = "Nạp mẫu văn bản sự cố, vi phạm; không ghi đè điều cán bộ đã sửa."

    def handle(self, *args: Any, **options: Any) -> None:
        load_register_templates()
