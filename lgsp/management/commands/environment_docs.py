"""Write docs/environment.md from the register of variables."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from lgsp.env import documentation


class Command(BaseCommand):
    help = "Ghi docs/environment.md từ danh mục biến môi trường."

    def handle(self, *args: Any, **options: Any) -> None:
        (settings.BASE_DIR / "docs" / "environment.md").write_text(documentation(), encoding="utf-8")
