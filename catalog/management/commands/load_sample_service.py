"""Publish the sample service, answered by the sample provider."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from catalog.services.demo import load_sample_service
from core.actor import system_actor


class Command(BaseCommand):
    help = "Tạo dịch vụ dữ liệu mẫu về đơn vị hành chính; chỉ dùng để trình diễn và thử nghiệm."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--provider", required=True, help="địa chỉ gốc của hệ thống nguồn mẫu")

    def handle(self, *args: Any, **options: Any) -> None:
        load_sample_service(actor=system_actor("Tạo dịch vụ dữ liệu mẫu"), provider_url=options["provider"])
