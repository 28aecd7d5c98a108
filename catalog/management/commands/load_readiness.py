"""Load the questions of the readiness self-assessment we bring where they are not known yet."""

from typing import Any

from django.core.management.base import BaseCommand

from catalog.services.readiness_criteria import load_criteria
from core.actor import system_actor


class Command(BaseCommand):
    help = "Nạp tiêu chí sẵn sàng kết nối; không ghi đè điều cán bộ đã sửa."

    def handle(self, *args: Any, **options: Any) -> None:
        load_criteria(actor=system_actor("Nạp tiêu chí sẵn sàng kết nối"))
