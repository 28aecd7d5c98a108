"""Words that every floor shares."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Environment(TextChoices):
    """Where a call runs; a property of the key that signs it (decisions, 14)."""

    SANDBOX = "sandbox", _("Thử nghiệm")
    LIVE = "live", _("Chính thức")
