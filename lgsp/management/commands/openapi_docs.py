"""Write docs/openapi.yaml from the addresses of the management API."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from core.api.schema import document_text


class Command(BaseCommand):
    help = "Ghi docs/openapi.yaml từ các địa chỉ của API quản trị."

    def handle(self, *args: Any, **options: Any) -> None:
        (settings.BASE_DIR / "docs" / "openapi.yaml").write_text(document_text(), encoding="utf-8")
