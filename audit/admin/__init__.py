"""Staff pages of evidence: read only."""

from audit.admin import facts, history, sealing

__all__ = ["facts", "history", "sealing"]
