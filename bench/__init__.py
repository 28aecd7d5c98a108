"""Measurements; each prints command, machine and n beside its figures."""
