"""What came back: an answer held in memory, or one that was written to a file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lgsp_client.errors import UnexpectedAnswer

_ITEM = re.compile(r'"([^"]+)"((?:;[a-z]+=\d+)*)')
_PARAMETER = re.compile(r";([a-z]+)=(\d+)")


@dataclass(frozen=True)
class Limit:
    """One limit of the grant: ``day``, ``minute`` or ``second``.

    ``quota`` calls in ``window`` seconds; ``left`` of them until it begins again in ``resets_in`` seconds. None is
    what the platform did not say.
    """

    name: str
    quota: int | None
    window: int | None
    left: int | None
    resets_in: int | None


class Headers(Mapping[str, str]):
    """Headers by name, whatever its case; one that came twice is joined by commas."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._values: dict[str, str] = {}
        for name, value in pairs:
            lower = name.lower()
            self._values[lower] = f"{self._values[lower]}, {value}" if lower in self._values else value

    def __getitem__(self, name: str) -> str:
        return self._values[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Headers({self._values!r})"


@dataclass(frozen=True)
class Head:
    """Status and headers, with what the platform says of the call in them."""

    status: int
    headers: Headers = field(repr=False)

    @property
    def request_id(self) -> str:
        """The platform's id of the call: what to quote when asking about it."""
        return self.headers.get("x-request-id", "")

    @property
    def content_type(self) -> str:
        """The media type alone, in lower case."""
        return self.headers.get("content-type", "").split(";")[0].strip().lower()

    @property
    def fields_dropped(self) -> int:
        """How many values were taken out of the answer because the grant does not name their fields."""
        text = self.headers.get("x-lgsp-fields-dropped", "0")
        return int(text) if text.isdigit() else 0

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The grant's limits and what is left of them (``RateLimit-Policy`` and ``RateLimit``)."""
        policies = _items(self.headers.get("ratelimit-policy", ""))
        states = _items(self.headers.get("ratelimit", ""))
        return tuple(
            Limit(name, policy.get("q"), policy.get("w"), state.get("r"), state.get("t"))
            for name in dict.fromkeys([*policies, *states])
            for policy, state in [(policies.get(name, {}), states.get(name, {}))]
        )


@dataclass(frozen=True)
class Answer(Head):
    """An answer held in memory."""

    body: bytes = field(default=b"", repr=False)

    @property
    def text(self) -> str:
        """The body as UTF-8."""
        return self.body.decode("utf-8")

    def json(self) -> Any:
        """Return the document in the body. Raises :class:`UnexpectedAnswer` for what is none."""
        try:
            return json.loads(self.body)
        except ValueError as wrong:
            raise UnexpectedAnswer("the answer is no JSON", self.status, self.request_id) from wrong


@dataclass(frozen=True)
class Download(Head):
    """An answer that was written to a file: where, how many bytes, and their SHA-256 in hexadecimal."""

    path: Path = field(default=Path())
    size: int = 0
    sha256: str = ""


def _items(text: str) -> dict[str, dict[str, int]]:
    """Read a list of RFC 9651 as far as these two headers use it."""
    return {
        name: {key: int(value) for key, value in _PARAMETER.findall(parameters)}
        for name, parameters in _ITEM.findall(text)
    }
