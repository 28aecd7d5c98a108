"""Staff pages of evidence: read only."""

from audit.admin import facts, history

__all__ = ["facts", "history"]
