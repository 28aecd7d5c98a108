"""The end of a version as its callers hear of it: headers ready when the snapshot is, and the refusal afterwards.

``Deprecation`` (RFC 9745), ``Sunset`` (RFC 8594) and ``Link`` go with every answer of a version whose end is
announced, with our own problems too. ``Sunset`` is the very moment from which calls are refused, so it is never early.
"""

from datetime import UTC, datetime
from email.utils import format_datetime

from django.urls import reverse

from broker.problems import Refusal, refusal
from catalog.projection import GoneRow, ServiceRow
from core.clock import VIETNAM

Pairs = tuple[tuple[bytes, bytes], ...]
# What a source system says of these gives way where the catalogue knows: one version has one end.
OURS = frozenset({b"deprecation", b"sunset"})


def told_of(row: ServiceRow) -> Pairs:
    """Return the headers that announce the end of *row*; () for a version without one."""
    if row.ending is None:
        return ()
    pairs: list[tuple[bytes, bytes]] = []
    if row.ending.deprecated_at is not None:
        pairs.append((b"deprecation", f"@{int(row.ending.deprecated_at.timestamp())}".encode()))
    pairs.append((b"sunset", format_datetime(row.ending.sunset.astimezone(UTC), usegmt=True).encode()))
    pairs.append((b"link", links(row.code, row.version, row.ending.successor).encode()))
    return tuple(pairs)


def links(code: str, version: str, successor: str) -> str:
    """Return the value of ``Link``: the page that explains the end, how ends are announced, what comes after."""
    page = reverse("version_end", args=[code, version])
    found = [
        f'<{page}>; rel="deprecation"; type="text/html"',
        f'<{page}#chinh-sach>; rel="sunset"; type="text/html"',
    ]
    if successor:
        found.append(f'<{address_of(code, successor)}>; rel="successor-version"')
    return ", ".join(found)


def address_of(code: str, version: str) -> str:
    """Return where a version is called."""
    return f"/api/data/{code}/{version}/"


def with_end(headers: list[tuple[bytes, bytes]], told: Pairs) -> list[tuple[bytes, bytes]]:
    """Return *headers* of an answer with what is *told* of the version's end in place of what its source says."""
    return [*(pair for pair in headers if pair[0] not in OURS), *told]


def over(row: ServiceRow, at: datetime) -> bool:
    """Return whether *row* is called no more at the moment *at*."""
    return row.ending is not None and at >= row.ending.sunset


def ended(row: ServiceRow) -> Refusal:
    """Return the refusal of a version whose announced day has come, withdrawn by the periodic task yet or not."""
    assert row.ending is not None  # noqa: S101
    day = row.ending.sunset.astimezone(VIETNAM)
    return _refused(row.code, row.version, f"{day:%d/%m/%Y}", row.ending.successor)


def gone(row: GoneRow) -> Refusal:
    """Return the refusal of a version that was withdrawn."""
    error = _refused(row.code, row.version, f"{row.since:%d/%m/%Y}", row.successor)
    return error.with_header("Link", links(row.code, row.version, row.successor))


def _refused(code: str, version: str, day: str, successor: str) -> Refusal:
    named = successor or "chưa có"
    error = refusal(
        "version-withdrawn",
        service=code,
        version=version,
        day=day,
        successor=named,
        successor_en=successor or "none yet",
    )
    return error.with_members(successor=address_of(code, successor) if successor else None)
