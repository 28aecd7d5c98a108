"""The evidence bundle: what it proves, and what it finds changed."""
