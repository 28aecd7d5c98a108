"""Sealing the call log: a Merkle tree over its rows and checkpoints signed by a key no other process has.

psycopg and the standard library, no Django: what is needed is given (docs/evidence.md).
"""
