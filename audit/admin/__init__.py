"""Staff pages of evidence: read only."""

from audit.admin import changes, facts, history, recovery, sealing

__all__ = ["changes", "facts", "history", "recovery", "sealing"]
