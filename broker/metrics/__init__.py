"""What a broker counts of itself, and how Prometheus reads it (docs/operating-broker.md)."""
