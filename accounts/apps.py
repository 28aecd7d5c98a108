"""The accounts app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Cơ quan và người dùng")

    def ready(self) -> None:
        """Hear what the sign-in libraries say."""
        from accounts.web import signin_facts

        signin_facts.connect()
