"""Load test templates and terms of the environments where none are known."""

from typing import Any

from django.core.management.base import BaseCommand

from connections.services.templates import load_trials
from core.actor import system_actor


class Command(BaseCommand):
    help = "Nạp mẫu ca kiểm thử và tham số môi trường; không ghi đè điều cán bộ đã sửa."

    def handle(self, *args: Any, **options: Any) -> None:
        load_trials(actor=system_actor("Nạp mẫu kiểm thử"))
