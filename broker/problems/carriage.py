"""Refusals of how a call is carried: procedures, repeated deeds."""

from broker.problems.kinds import Kind

KINDS: tuple[Kind, ...] = ()
