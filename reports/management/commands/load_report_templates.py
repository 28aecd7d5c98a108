"""Load the templates of reports where none are known."""

from typing import Any

from django.core.management.base import BaseCommand

from core.actor import system_actor
from reports.services.templates import load_templates


class Command(BaseCommand):
    help = "Nạp mẫu báo cáo định kỳ; không ghi đè điều cán bộ đã sửa."

    def handle(self, *args: Any, **options: Any) -> None:
        load_templates(actor=system_actor("Nạp mẫu báo cáo"))
