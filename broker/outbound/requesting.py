"""Asking a token endpoint once, over the broker's own way out: guarded addresses, no redirects, bounded."""

from broker.failures import Failed
from broker.forwarding import Answered, Outgoing, Transport
from core.client_credentials import MOST_BYTES, Account, LoginUnavailable, Token, read_answer, request_of
from core.tls import context_of

# One request serves all who wait for it, so it has a limit of its own beside their deadlines.
REQUEST_SECONDS = 10.0
_OWN = (("Accept-Encoding", "identity"), ("User-Agent", "LGSP"))


async def ask(account: Account, transport: Transport) -> Token:
    """Return a new token. Raises ``LoginRefused``, ``LoginUnavailable``."""
    headers, body = request_of(account)
    outgoing = Outgoing(
        method="POST",
        base_url=account.token_url,
        target="",
        headers=[*headers, *_OWN],
        body=body,
        seconds=REQUEST_SECONDS,
        most_bytes=MOST_BYTES,
        hold=_unheld,
        tls=None if account.tls is None else context_of(account.tls),
    )
    try:
        answered = await transport.forward(outgoing)
    except Failed as failure:
        raise LoginUnavailable(failure.code) from None
    return read_answer(answered.status, answered.body, _retry_after(answered))


def _unheld(_size: int) -> None:
    """Leave so few bytes out of the budget of contents."""


def _retry_after(answered: Answered) -> str:
    found = next((value for name, value in answered.headers if name.lower() == b"retry-after"), b"")
    return found.decode("latin-1")
