"""Staff pages of this app."""

from connections.admin import requests

__all__ = ["requests"]
