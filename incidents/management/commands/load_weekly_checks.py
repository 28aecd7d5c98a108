"""Enter the points of the weekly check of a new installation."""

from typing import Any

from django.core.management.base import BaseCommand

from core.actor import system_actor
from incidents.services.weekly import load_items


class Command(BaseCommand):
    help = "Nạp nội dung kiểm tra, bảo trì hằng tuần khi chưa có."

    def handle(self, *args: Any, **options: Any) -> None:
        made = load_items(actor=system_actor("Nạp nội dung kiểm tra hằng tuần"))
        self.stdout.write(f"Đã nạp {made} nội dung kiểm tra hằng tuần.")
