"""A stand-in for a national platform: its way of signing in and its addresses, with code lists that are made up.

``POST /token`` with Basic authentication and ``grant_type=client_credentials`` gives a token of an hour. With it:
``GET /dmdc/1.0/AllCategory`` · ``GET /dmdc/1.0/Category/{code}`` · ``POST /dmdc/1.0/Lookup`` with ``{"codes": […]}`` ·
``GET /dmdc/1.0/health``. Without a token, or with one that is over: 401. A test turns the switches of
:class:`NationalApp`.
"""

import asyncio
import base64
import binascii
import json
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote_plus

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
DATA = Path(__file__).with_name("national_lists.json")
TOKEN, SERVICE = "/token", "/dmdc/1.0"  # an address
# The account of the demonstration; what it opens is made up, and this system holds nothing else.
CLIENT_ID, CLIENT_SECRET = "lgsp-tuyen-quang-mau", "mau-khong-phai-bi-mat"  # says so itself
# What it wants to hear of each call when it is served: procedure, agency and officer.
DEMANDED = ("MaDVC", "MaDonVi", "MaCanBo")
MOST_BODY = 65_536
_EXPIRED = 'Bearer realm="dmdc-mau", error="invalid_token", error_description="The access token expired"'
_MISSING = 'Bearer realm="dmdc-mau"'


@dataclass
class NationalApp:
    """The platform in memory. ``token_down`` and ``down`` are HTTP statuses answered instead (0: none).

    ``delay`` and ``token_delay`` are seconds before an answer; ``demanded`` headers that calls for data have to carry;
    ``asked`` the times of token requests, ``at_once`` the most that ran at the same time; ``heard`` the last headers.
    """

    accounts: dict[str, str] = field(default_factory=lambda: {CLIENT_ID: CLIENT_SECRET})
    token_seconds: int = 3600
    delay: float = 0.0
    token_delay: float = 0.0
    down: int = 0
    token_down: int = 0
    silent_401: bool = False
    demanded: tuple[str, ...] = ()
    asked: list[float] = field(default_factory=list)
    at_once: int = 0
    executed: list[tuple[str, str]] = field(default_factory=list)
    heard: dict[str, str] = field(default_factory=dict)
    _tokens: dict[str, float] = field(default_factory=dict)
    _asking: int = 0

    def __post_init__(self) -> None:
        self.lists: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))

    def revoke(self) -> None:
        """End all tokens before their time."""
        self._tokens.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
        body = await _body(receive)
        if scope["path"] == TOKEN:
            status, found, extra = await self._token(scope["method"], headers, body)
        else:
            status, found, extra = await self._call(scope, headers, body)
        content = json.dumps(found, ensure_ascii=False).encode()
        pairs = [(b"content-type", b"application/json; charset=utf-8"), (b"cache-control", b"no-store")]
        pairs += [(name.encode(), value.encode()) for name, value in extra]
        pairs.append((b"content-length", str(len(content)).encode()))
        await send({"type": "http.response.start", "status": status, "headers": pairs})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})

    async def _token(
        self, method: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, Any, list[tuple[str, str]]]:
        self.asked.append(time.monotonic())
        self._asking += 1
        self.at_once = max(self.at_once, self._asking)
        try:
            await asyncio.sleep(self.token_delay)
        finally:
            self._asking -= 1
        if self.token_down:
            return self.token_down, {"error": "temporarily_unavailable"}, []
        form = dict(parse_qsl(body.decode("latin-1")))
        if method != "POST" or form.get("grant_type") != "client_credentials":
            return 400, {"error": "unsupported_grant_type"}, []
        if not self._known(headers.get("authorization", "")):
            basic = [("www-authenticate", 'Basic realm="dmdc-mau"')]
            return 401, {"error": "invalid_client", "error_description": "Client Authentication failed."}, basic
        token, now = secrets.token_urlsafe(24), time.monotonic()
        self._tokens = {known: end for known, end in self._tokens.items() if end > now}
        self._tokens[token] = now + self.token_seconds
        scope = form.get("scope", "am_application_scope default")
        return (
            200,
            {"access_token": token, "scope": scope, "token_type": "Bearer", "expires_in": self.token_seconds},
            [],
        )

    def _known(self, authorization: str) -> bool:
        kind, _, pair = authorization.partition(" ")
        try:
            name, _, secret = base64.b64decode(pair, validate=True).decode("ascii").partition(":")
        except (binascii.Error, ValueError):
            return False
        kept = self.accounts.get(unquote_plus(name), "")
        right = secrets.compare_digest(kept.encode(), unquote_plus(secret).encode())
        return kind.lower() == "basic" and bool(kept) and right

    async def _call(
        self, scope: Scope, headers: dict[str, str], body: bytes
    ) -> tuple[int, Any, list[tuple[str, str]]]:
        token = headers.get("authorization", "").removeprefix("Bearer ")
        if time.monotonic() >= self._tokens.get(token, 0.0):
            challenge = [] if self.silent_401 else [("www-authenticate", _EXPIRED if token else _MISSING)]
            return 401, _fault("900901", "Invalid Credentials"), challenge
        self.heard = headers
        await asyncio.sleep(self.delay)
        if self.down:
            return self.down, _fault("101503", "Error connecting to the back end"), []
        missing = [name for name in self.demanded if name.lower() not in headers]
        if missing and scope["path"] != f"{SERVICE}/health":
            return 400, _fault("900", f"Thiếu tiêu đề {', '.join(missing)}"), []
        self.executed.append((scope["method"], scope["path"]))
        return (*self._found(scope["method"], scope["path"].removeprefix(SERVICE), body), [])

    def _found(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        if method == "POST" and path == "/Lookup":
            return self._looked_up(body)
        if method not in ("GET", "HEAD"):
            return 405, _fault("900", "Method not allowed")
        if path == "/health":
            return 200, {"status": "ok"}
        if path == "/AllCategory":
            rows = [{"code": code, "title": item["title"]} for code, item in self.lists.items()]
            return 200, {"data": rows}
        prefix, _slash, code = path.rpartition("/")
        if prefix == "/Category" and code in self.lists:
            return 200, {"data": _entries(code, self.lists[code])}
        return 404, _fault("404", "Không có danh mục hoặc địa chỉ này.")

    def _looked_up(self, body: bytes) -> tuple[int, Any]:
        try:
            codes = [str(code) for code in json.loads(body)["codes"]][:200]
        except (ValueError, KeyError, TypeError):
            return 400, _fault("400", 'Thân yêu cầu có dạng {"codes": ["GT01"]}.')
        rows = [row for code, item in self.lists.items() for row in _entries(code, item) if row["code"] in codes]
        return 200, {"data": rows}


def _entries(code: str, item: Any) -> list[dict[str, str]]:
    return [{"category": code, "code": entry, "title": title} for entry, title in item["entries"]]


def _fault(code: str, message: str) -> dict[str, Any]:
    return {"fault": {"code": code, "message": message}}


async def _body(receive: Receive) -> bytes:
    content = b""
    while True:
        message = await receive()
        content = (content + message.get("body", b""))[:MOST_BODY]
        if not message.get("more_body"):
            return content


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
