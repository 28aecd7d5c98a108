"""Publish the sample service whose source system speaks SOAP, answered by the sample provider."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from catalog.services.soap_sample import load_soap_sample
from core.actor import system_actor


class Command(BaseCommand):
    help = "Tạo dịch vụ mẫu có hệ thống nguồn dùng SOAP; chỉ dùng để trình diễn và thử nghiệm."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--provider", required=True, help="địa chỉ gốc của hệ thống nguồn mẫu")
        parser.add_argument("--wsdl", required=True, type=Path, help="tệp WSDL của hệ thống nguồn mẫu")

    def handle(self, *args: Any, **options: Any) -> None:
        load_soap_sample(
            actor=system_actor("Tạo dịch vụ mẫu dùng SOAP"),
            provider_url=options["provider"].rstrip("/"),
            wsdl=options["wsdl"].read_bytes(),
        )
