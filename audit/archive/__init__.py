"""Months of the call log that leave the database for a file, and what stays of them: leaves, tombstone, proofs."""
