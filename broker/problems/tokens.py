"""Refusals of tokens and of the endpoint that gives them."""

from broker.problems.kinds import Kind

KINDS: tuple[Kind, ...] = ()
