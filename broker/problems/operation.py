"""Refusals of a platform that cannot trust itself."""

from broker.problems.kinds import Kind

KINDS: tuple[Kind, ...] = ()
