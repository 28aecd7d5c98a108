"""Lists of client networks people type: addresses and ranges, in one canonical form."""

from collections.abc import Iterable
from ipaddress import ip_address, ip_network

from django.utils.translation import gettext as _

MAX_NETWORKS = 50
# The widest range a caller may name, by version of the protocol.
_WIDEST = {4: 16, 6: 48}


def read_networks(given: Iterable[str] | str) -> tuple[list[str], list[str]]:
    """Return the networks of *given* (a list, or text with one a line or separated by commas) and what is wrong.

    "10.20.30.40" stays an address, "10.20.30.0/24" a range; order is kept, repetitions are dropped. Each fault says
    in Vietnamese what to write instead.
    """
    text = given if isinstance(given, str) else "\n".join(given)
    found: list[str] = []
    wrong: list[str] = []
    for item in text.replace(",", "\n").replace(";", "\n").split():
        try:
            found.append(_canonical(item))
        except ValueError:
            shown = item if len(item) <= 60 else f"{item[:60]}…"
            wrong.append(
                _("«%(item)s» chưa phải địa chỉ IP. Nhập dạng 10.20.30.40 hoặc 10.20.30.0/24") % {"item": shown}
            )
    found = list(dict.fromkeys(found))
    if len(found) > MAX_NETWORKS:
        wrong = [_("Tối đa %(n)s địa chỉ hoặc dải địa chỉ") % {"n": MAX_NETWORKS}]
    return found, wrong[:5]


def subscriber_of(address: str | None) -> str:
    """Return whom a caller's address belongs to: itself, or the /64 that one subscriber of IPv6 has."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(ip_network((found, 64), strict=False)) if found.version == 6 else str(found)


def _canonical(item: str) -> str:
    """Return an address or a range as written down; a range whose host bits are set is not one. Raises ValueError."""
    network = ip_network(item)
    if network.prefixlen < _WIDEST[network.version] or network.is_multicast or network.is_unspecified:
        raise ValueError("no range one system calls from")
    return str(network) if "/" in item else str(ip_address(item))
