"""Load the questions of campaigns that are not known yet."""

from typing import Any

from django.core.management.base import BaseCommand

from core.actor import system_actor
from reports.services.campaign_questions import load_campaign_questions


class Command(BaseCommand):
    help = "Nạp câu hỏi của đợt thu báo cáo khai thác; không ghi đè điều cán bộ đã sửa."

    def handle(self, *args: Any, **options: Any) -> None:
        load_campaign_questions(actor=system_actor("Nạp câu hỏi đợt báo cáo"))
