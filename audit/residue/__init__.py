"""Looking for given words wherever the platform could have left them (docs/evidence.md)."""
