"""Publish the sample service of a national platform, answered by its stand-in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from catalog.services.national_sample import load_national_sample
from core.actor import system_actor


class Command(BaseCommand):
    help = "Tạo dịch vụ mẫu của nền tảng quốc gia mô phỏng; chỉ dùng để trình diễn và thử nghiệm."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--provider", required=True, help="địa chỉ gốc của hệ thống nguồn mẫu")

    def handle(self, *args: Any, **options: Any) -> None:
        load_national_sample(
            actor=system_actor("Tạo dịch vụ mẫu của nền tảng quốc gia"), provider_url=options["provider"].rstrip("/")
        )
