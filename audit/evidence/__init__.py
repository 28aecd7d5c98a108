"""Evidence that leaves the platform: rows of the call log with their proofs, for whoever trusts nobody here."""
