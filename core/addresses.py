"""Which network addresses the platform may call (SSRF guard): asked when an address is saved and at each connect.

Agencies' systems lie on the state's private networks, so private addresses are allowed; this machine, link-local and
metadata services, multicast, reserved and tunnelled ranges, our own database and cache are not. A name is judged by
every address it resolves to, and the caller connects to a judged address, never to the name again (rebinding).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

Address = IPv4Address | IPv6Address
_PORTS = {"http": 80, "https": 443}
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
# "10", "0177", "0x7f": what inet_aton reads as a number; a name may not end in one (WHATWG URL, ends-in-a-number).
_NUMBER = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)\Z")
_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*\Z")
_REFUSED = tuple(
    map(
        ip_network,
        (
            "0.0.0.0/8",
            "100.64.0.0/10",  # carriers' shared space, a metadata service lives there
            "169.254.0.0/16",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "::/96",
            "64:ff9b::/96",  # NAT64: an IPv4 address in disguise
            "64:ff9b:1::/48",
            "100::/64",
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "fd00:ec2::/32",  # a metadata service
            "fe80::/10",
            "fec0::/10",
            "ff00::/8",
        ),
    )
)


class AddressRefused(ValueError):
    """The platform does not call this address; ``reason`` says why, in Vietnamese."""

    def __init__(self, reason: StrOrPromise) -> None:
        super().__init__(str(reason))
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Target:
    """A base address taken apart; ``path`` has no slash at its end ("" for the root)."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def origin(self) -> str:
        """Return ``scheme://host:port`` with the port left out where it is the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _PORTS[self.scheme] else f":{self.port}")


@dataclass(frozen=True, slots=True)
class AddressRules:
    """The rules of one installation.

    ``loopback`` lets services lie on this machine (demonstrations, tests); ``own`` holds (address, port) pairs of the
    platform itself, which are never called; ``examples`` those of the example server, which may lie on this machine.
    """

    loopback: bool = False
    own: frozenset[tuple[str, int]] = frozenset()
    examples: frozenset[tuple[str, int]] = frozenset()

    def check_url(self, url: str) -> Target:
        """Take a base address apart. Raises :class:`AddressRefused` saying what to mend."""
        target = _parse(url)
        literal = _literal(target.host)
        if literal is not None:
            self.check_address(literal, target.port)
        elif not self.loopback and (target.host == "localhost" or target.host.endswith(".localhost")):
            raise AddressRefused(_("Địa chỉ trỏ về chính máy chủ của nền tảng."))
        return target

    def check_address(self, address: Address | str, port: int) -> None:
        """Judge one IP address and port. Raises :class:`AddressRefused`."""
        found = ip_address(address) if isinstance(address, str) else address
        if isinstance(found, IPv6Address) and found.scope_id:
            raise AddressRefused(_("Địa chỉ nằm trong dải mạng không được phép gọi."))
        plain = _unmapped(found)
        if plain.is_loopback:
            if not self.loopback and (str(plain), port) not in self.examples:
                raise AddressRefused(_("Địa chỉ trỏ về chính máy chủ của nền tảng."))
        elif any(plain in network for network in _REFUSED if network.version == plain.version):
            raise AddressRefused(_("Địa chỉ nằm trong dải mạng không được phép gọi."))
        if (str(plain), port) in self.own:
            raise AddressRefused(_("Địa chỉ là thành phần nội bộ của nền tảng."))

    def check_resolved(self, addresses: Iterable[str], port: int) -> list[str]:
        """Judge everything a name resolved to: one refused address refuses the name. Returns them in order."""
        found = list(dict.fromkeys(addresses))
        if not found:
            raise AddressRefused(_("Tên máy chủ không phân giải được."))
        for address in found:
            self.check_address(address, port)
        return found


def own_endpoints(urls: Iterable[str]) -> frozenset[tuple[str, int]]:
    """Return the (address, port) pairs that *urls* (of database, cache, …) name by number, or as localhost."""
    pairs: set[tuple[str, int]] = set()
    for url in filter(None, urls):
        parts = urlsplit(url)
        port = parts.port or {**_PORTS, "redis": 6379, "rediss": 6379}.get(parts.scheme, 5432)
        hosts = ["127.0.0.1", "::1"] if parts.hostname in (None, "localhost") else [str(parts.hostname)]
        pairs |= {(str(_unmapped(literal)), port) for host in hosts if (literal := _literal(host)) is not None}
    return frozenset(pairs)


def _parse(url: str) -> Target:
    if not url.isascii() or not url.isprintable() or any(sign in url for sign in " \\?#@"):
        raise AddressRefused(
            _("Ghi địa chỉ dạng https://máy-chủ:cổng/đường-dẫn, không có tài khoản, tham số hay dấu #.")
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused(_("Địa chỉ không đọc được.")) from None
    if parts.scheme not in _PORTS or not url.startswith(f"{parts.scheme}://"):
        raise AddressRefused(_("Địa chỉ phải bắt đầu bằng https:// hoặc http://."))
    if port == 0 or (port is None and parts.netloc.endswith(":")):
        raise AddressRefused(_("Số cổng phải từ 1 đến 65535."))
    if not _PATH.match(parts.path.rstrip("/")) or parts.path.endswith("//"):
        raise AddressRefused(_("Đường dẫn chỉ gồm chữ không dấu, số và các dấu . _ ~ -, không có // hay .. ."))
    return Target(
        parts.scheme, _host(parts.netloc, parts.hostname or ""), port or _PORTS[parts.scheme], parts.path.rstrip("/")
    )


def _host(netloc: str, host: str) -> str:
    literal = _literal(host)
    if literal is not None:
        if isinstance(literal, IPv6Address) != netloc.startswith("[") or str(literal) != host:
            raise AddressRefused(_("Ghi địa chỉ IP ở dạng chuẩn, ví dụ 10.1.2.3."))
        return host
    labels = host.split(".")
    if netloc.lower() != netloc or len(host) > 253 or not all(_LABEL.match(label) for label in labels):
        raise AddressRefused(_("Tên máy chủ chỉ gồm chữ thường không dấu, số, dấu chấm và gạch nối."))
    if _NUMBER.match(labels[-1]):
        raise AddressRefused(_("Ghi địa chỉ IP ở dạng chuẩn, ví dụ 10.1.2.3."))
    return host


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _unmapped(address: Address) -> Address:
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
