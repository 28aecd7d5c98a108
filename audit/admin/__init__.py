"""Staff pages of evidence: read only."""

from audit.admin import archive, changes, facts, history, recovery, sealing

__all__ = ["archive", "changes", "facts", "history", "recovery", "sealing"]
