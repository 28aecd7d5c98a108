"""Load the illustrations of message profiles."""

from typing import Any

from django.core.management.base import BaseCommand

from catalog.services.profiles import load_profiles
from core.actor import system_actor


class Command(BaseCommand):
    help = "Nạp cấu trúc thông điệp minh họa; không ghi đè phiên bản đã có."

    def handle(self, *args: Any, **options: Any) -> None:
        load_profiles(actor=system_actor("Nạp cấu trúc thông điệp minh họa"))
