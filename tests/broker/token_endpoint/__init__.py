"""``POST /api/oauth/token``."""
