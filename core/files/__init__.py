"""Files people hand in or take away: checked on arrival, named by their content, never served by their path."""

from core.files.models import StoredFile
from core.files.store import fetch, keep, stored_fields
from core.files.uploads import MEDIA, MESSAGES, Upload, check_upload

__all__ = ["MEDIA", "MESSAGES", "StoredFile", "Upload", "check_upload", "fetch", "keep", "stored_fields"]
