"""Load the purposes we bring where they are not known yet."""

from typing import Any

from django.core.management.base import BaseCommand

from catalog.services.purposes import load_purposes
from core.actor import system_actor


class Command(BaseCommand):
    help = "Nạp danh mục mục đích khai thác; không ghi đè điều cán bộ đã sửa."

    def handle(self, *args: Any, **options: Any) -> None:
        made = load_purposes(actor=system_actor("Nạp danh mục mục đích khai thác"))
        if options["verbosity"] > 1:
            self.stdout.write(f"Thêm {made} mục đích")
