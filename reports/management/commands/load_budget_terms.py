"""Load kinds of spending and sources of funds that are not known yet."""

from typing import Any

from django.core.management.base import BaseCommand

from core.actor import system_actor
from reports.services.funding import load_terms


class Command(BaseCommand):
    help = "Nạp loại chi và nguồn kinh phí; không ghi đè điều cán bộ đã sửa."

    def handle(self, *args: Any, **options: Any) -> None:
        load_terms(actor=system_actor("Nạp loại chi, nguồn kinh phí"))
