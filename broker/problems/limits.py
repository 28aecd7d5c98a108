"""Refusals by rate, hours and totals."""

from broker.problems.kinds import Kind

KINDS: tuple[Kind, ...] = ()
