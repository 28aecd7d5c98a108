"""Collected static files: names that carry their content, packed beforehand."""

from typing import Any

from django.conf import settings
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class PortalStaticStorage(CompressedManifestStaticFilesStorage):
    """Brotli at its best costs tens of seconds: worth it once for a real portal, not for each fresh checkout."""

    def create_compressor(self, **kwargs: Any) -> Compressor:
        """Return a compressor that writes gzip, and Brotli in production."""
        return Compressor(use_brotli=settings.MODE == "production", **kwargs)
