"""The broker app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from broker.problems import own_problems
from core.problems import register


class BrokerConfig(AppConfig):
    name = "broker"
    verbose_name = _("Trung gian dữ liệu")

    def ready(self) -> None:
        """Give every refusal of the broker its page of explanation."""
        register(*own_problems())
