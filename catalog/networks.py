"""Networks a system calls from: addresses and CIDR blocks, checked strictly. Pure functions."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_network

from django.utils.translation import gettext as _

from core.text import tidy

MAX_NETWORKS = 50
# The widest block a system may call from.
_WIDEST = {4: 16, 6: 48}


class NetworkRefused(ValueError):
    """One line is no network a system may call from; the text says how to mend it."""


def tidy_networks(lines: Iterable[str]) -> list[str]:
    """Return the networks of *lines* in standard form, sorted as written, each once. Raises :class:`NetworkRefused`.

    A single address stays an address ("10.20.30.40"), a block must name its first address ("10.20.30.0/24").
    """
    found = list(dict.fromkeys(_network(line) for text in lines if (line := tidy(text))))
    if len(found) > MAX_NETWORKS:
        raise NetworkRefused(_("Ghi tối đa %(n)s địa chỉ; gộp các địa chỉ liền nhau thành dải") % {"n": MAX_NETWORKS})
    return found


def _network(line: str) -> str:
    try:
        network = ip_network(line)
    except ValueError:
        raise NetworkRefused(_explained(line)) from None
    if network.prefixlen < _WIDEST[network.version]:
        raise NetworkRefused(
            _("«%(line)s» quá rộng. Dải rộng nhất được nhận là /%(n)s") % {"line": line, "n": _WIDEST[network.version]}
        )
    if network.is_multicast or network.is_unspecified or network.is_reserved:
        raise NetworkRefused(_("«%(line)s» không phải địa chỉ của một máy") % {"line": line})
    alone = network.prefixlen == network.max_prefixlen
    return str(network.network_address) if alone else str(network)


def _explained(line: str) -> str:
    try:
        block: IPv4Network | IPv6Network = ip_network(line, strict=False)
    except ValueError:
        return _("«%(line)s» chưa phải địa chỉ IP. Nhập dạng 10.20.30.40 hoặc 10.20.30.0/24") % {"line": line[:50]}
    return _("«%(line)s» không phải đầu dải. Nhập %(block)s hoặc một địa chỉ riêng") % {"line": line, "block": block}
