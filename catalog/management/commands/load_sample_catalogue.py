"""Load the illustrative catalogue, answered by the sample provider."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from catalog.services.sample_catalogue import load_sample_catalogue
from core.actor import system_actor


class Command(BaseCommand):
    help = "Tạo danh mục minh họa gồm hệ thống và dịch vụ dữ liệu; chỉ dùng để trình diễn và thử nghiệm."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--provider", required=True, help="địa chỉ gốc của hệ thống nguồn mẫu")

    def handle(self, *args: Any, **options: Any) -> None:
        made = load_sample_catalogue(
            actor=system_actor("Tạo danh mục minh họa"), provider_url=options["provider"].rstrip("/")
        )
        if options["verbosity"] > 1:
            self.stdout.write(f"Thêm {made} mục")
