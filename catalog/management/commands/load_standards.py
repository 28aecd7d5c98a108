"""Load the standards we know of where they are not known yet."""

from typing import Any

from django.core.management.base import BaseCommand

from catalog.services.standards import load_standards
from core.actor import system_actor


class Command(BaseCommand):
    help = "Nạp tiêu chuẩn, văn bản áp dụng; không ghi đè điều cán bộ đã sửa."

    def handle(self, *args: Any, **options: Any) -> None:
        load_standards(actor=system_actor("Nạp tiêu chuẩn, văn bản áp dụng"))
