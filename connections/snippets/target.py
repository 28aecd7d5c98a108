"""The address of a call in the one spelling that every HTTP client sends as it is.

Clients tidy addresses before they send them, each in its own way: a browser's encodes ``'`` in a query, .NET's decodes
``%7e``. What is signed must be what is sent, so here nothing is left to tidy: letters, digits and ``-._~`` are bare,
signs that part an address stay, all else is percent-encoded in upper case.
"""

import re
from dataclasses import dataclass

_HOST = re.compile(r"(?:(https?)://)?((?:[a-z0-9-]+(?:\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?)/?")
_PORTS = {"http": "80", "https": "443"}
_BARE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_IN_PATH = _BARE | frozenset("/:@,=+&")
_IN_QUERY = _BARE | frozenset("/:@,=+&")
_OCTET = re.compile("%([0-9A-Fa-f]{2})")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a call goes: ``base`` with scheme, ``authority`` as clients write Host, path, query without its mark."""

    base: str
    authority: str
    path: str
    query: str

    @property
    def address(self) -> str:
        """The whole address."""
        return f"{self.base}{self.path}{'?' if self.query else ''}{self.query}"


def target_of(host: str, target: str) -> Target:
    """Return the parts of an address. Raises ``ValueError`` for a host that is none."""
    found = _HOST.fullmatch(host.lower())
    if found is None:
        raise ValueError(f"not a host: {host!r}")
    scheme, authority, port = found[1] or "https", found[2], found[3]
    if port == _PORTS[scheme]:
        authority = authority.removesuffix(f":{port}")
    path, _mark, query = target.partition("?")
    return Target(f"{scheme}://{authority}", authority, _tidy(path, _IN_PATH), _tidy(query, _IN_QUERY))


def _tidy(text: str, kept: frozenset[str]) -> str:
    """Encode once: an octet that is encoded already stays so, unless it need not be."""
    parts: list[str] = []
    for place, part in enumerate(_OCTET.split(text)):
        if place % 2:
            sign = chr(int(part, 16))
            parts.append(sign if sign in _BARE else f"%{part.upper()}")
        else:
            parts += (sign if sign in kept else _encoded(sign) for sign in part)
    return "".join(parts)


def _encoded(sign: str) -> str:
    return "".join(f"%{octet:02X}" for octet in sign.encode())
