"""The platform's answers about itself (docs/calling.md). They only ever gain members: read what you know."""

from __future__ import annotations

from typing import Any, TypedDict


class Quota(TypedDict):
    """The calls of a day; ``resets_at`` is the next midnight in Vietnam."""

    limit: int
    used: int
    left: int
    resets_at: str


class Grant(TypedDict):
    """One grant: what may be called for which purpose, how often, and whether it is in force now.

    ``fields`` None: all that the service names; ``reason``: the code calls are refused with while not ``active``.
    """

    grant: str
    services: list[str]
    purpose: str
    operations: list[str]
    fields: list[str] | None
    networks: list[str]
    hours: list[dict[str, Any]]
    rate_per_second: int | None
    rate_per_minute: int | None
    valid_from: str
    valid_to: str | None
    days_left: int | None
    active: bool
    reason: str
    open_now: bool
    quota: Quota | None


class Ping(TypedDict):
    """Who the key stands for. ``clock_skew_seconds`` is above zero when this machine's clock is ahead."""

    system: str
    agency: str
    environment: str
    access_key: str
    key_valid_to: str | None
    key_days_left: int | None
    authentication: str
    calls_at_once: int
    address: str
    server_time: str
    clock_skew_seconds: int | None
    grants: list[Grant]


class Service(TypedDict):
    """A published service, and whether it may be called; ``why_not`` names code and grant where it may not.

    ``forms`` are the types sent and answered, ``must_send`` the headers each call has to send.
    """

    service: str
    version: str
    title: str
    provider: str
    path: str
    operations: list[dict[str, Any]]
    may_call: bool
    grants: list[str]
    why_not: dict[str, Any] | None
    forms: dict[str, Any]
    must_send: list[str]
    soap: dict[str, str]
    openapi: str
    ending: dict[str, Any] | None
