"""Work on the content of one message that may be done in a process of its own: bytes in, bytes out, nothing of a call.

Pure, no Django: what is asked for goes there whole, what comes back is bytes and JSON.
"""

from collections.abc import Mapping
from typing import Any, Protocol


class Declined(Exception):
    """The work ends in a refusal: ``code`` of a problem, ``values`` for its words, ``members`` of its document.

    ``found`` is what was understood until then, for the log.
    """

    def __init__(
        self,
        code: str,
        values: Mapping[str, Any] | None = None,
        *,
        members: Mapping[str, Any] | None = None,
        found: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.code, self.values = code, dict(values or {})
        self.members, self.found = dict(members or {}), dict(found or {})


class Work(Protocol):
    """What is to be done with a message; its class can be pickled."""

    @property
    def source(self) -> str:
        """Form of what is read, "json", "xml" or "text": XML costs more a byte."""
        ...

    def done(self, body: bytes) -> tuple[bytes, Any]:
        """Return what comes of *body* and what it tells (JSON). Raises ``BadMessage``, :class:`Declined`."""
        ...
