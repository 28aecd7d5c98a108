"""A consuming system's own code: it signs its calls and reads the answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import httpx2

from broker.signing import Credentials, sign
from core import clock
from lgsp.demo.browser import Surprise


@dataclass(frozen=True, slots=True)
class Sent:
    """A call as it went over the wire, to be sent again byte for byte."""

    method: str
    target: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = b""


class System:
    """An information system with one key and one grant."""

    def __init__(self, portal: str, credentials: Credentials) -> None:
        self.credentials = credentials
        self.authority = urlsplit(portal).netloc
        self.client = httpx2.Client(base_url=portal, timeout=60, trust_env=False)

    def signed(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        *,
        secret: str = "",
        named: Mapping[str, str] = MappingProxyType({}),
        kind: str = "application/json",
    ) -> Sent:
        """Return a signed call; another *secret* than the key's makes a signature that does not fit.

        *named* are the headers that say procedure and officer, which are signed too; *kind* is the body's type.
        """
        held = self.credentials
        if secret:
            held = Credentials(held.access_key, secret, held.grant, held.purpose)
        created = int(clock.now().timestamp())
        told = {"procedure": named.get("X-LGSP-Procedure", ""), "officer": named.get("X-LGSP-Officer", "")}
        headers = sign(
            held, method=method, authority=self.authority, target=target, created=created, body=body, **told
        )
        if body:
            headers["Content-Type"] = kind
        return Sent(method, target, headers, body)

    def send(self, call: Sent, *, status: int, code: str = "") -> httpx2.Response:
        """Send *call*; another status, or another problem code, is a surprise."""
        answer = self.client.request(call.method, call.target, headers=call.headers, content=call.body)
        told = problem_of(answer)
        if answer.status_code != status or (code and told != code):
            wanted = f"{status} {code}".strip()
            raise Surprise(
                f"{call.method} {call.target}: {answer.status_code} {told}, chờ {wanted}. {answer.text[:500]}"
            )
        return answer

    def get(self, target: str) -> Any:
        """Return the JSON of a call that must succeed, and its request id."""
        answer = self.send(self.signed("GET", target), status=200)
        return answer.json(), answer.headers["X-Request-Id"]

    def close(self) -> None:
        """Hang up."""
        self.client.close()


def problem_of(answer: httpx2.Response) -> str:
    """Return the code of a problem answer, "" for any other."""
    if not answer.headers.get("content-type", "").startswith("application/problem+json"):
        return ""
    return str(answer.json().get("code", ""))
