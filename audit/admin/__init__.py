"""Staff pages of evidence: read only."""

from audit.admin import facts, history, recovery, sealing

__all__ = ["facts", "history", "recovery", "sealing"]
