"""The REST service, a plain ASGI application.

``GET /communes?limit=&offset=&level=`` · ``GET /communes/search?q=&limit=&offset=`` · ``GET /communes/{code}`` ·
``POST /communes/lookup`` with ``{"codes": […]}`` · ``GET /health`` · ``/mau/{service}/…``: made-up records of the
illustrative services, by their own methods and paths, and ``/mau/{service}/health`` · ``/soap/communes``: the communes
over SOAP (``soap``) · ``/token`` and ``/dmdc/…``: a stand-in for a national platform (``national``).
Answers are ``{"data": …}``; errors ``{"error": {"code", "message"}}`` with 400, 404, 405 or 413.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from lgsp.provider.communes import LEVELS, Commune, Communes, as_json
from lgsp.provider.national import SERVICE, TOKEN, NationalApp
from lgsp.provider.samples import Samples
from lgsp.provider.soap import SOAP, SoapCommunes

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Answer = tuple[int, dict[str, Any]]
MAX_LIMIT, MAX_OFFSET, MAX_WORDS, MAX_BODY = 200, 1_000_000, 100, 65_536
LOOKUP, SAMPLES = "/communes/lookup", "/mau/"


class Refused(Exception):
    """The request cannot be answered."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.answer: Answer = (status, {"error": {"code": code, "message": message}})


class ProviderApp:
    """Answers one request after the other from memory."""

    def __init__(
        self, communes: Communes, samples: Samples | None = None, national: NationalApp | None = None
    ) -> None:
        self.communes, self.samples, self.national = communes, samples or Samples([]), national
        self.soap = SoapCommunes(communes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif self.national is not None and (scope["path"] == TOKEN or scope["path"].startswith(f"{SERVICE}/")):
            await self.national(scope, receive, send)
        elif scope["type"] == "http":
            kind = "application/json; charset=utf-8"
            if scope["path"] == SOAP:
                status, kind, content = await self._soap(scope["method"], receive)
            else:
                status, body = await self._answer(scope, receive)
                content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            headers = [(b"content-type", kind.encode()), (b"cache-control", b"no-store")]
            headers.append((b"content-length", str(len(content)).encode()))
            if status == 405:
                headers.append((b"allow", self._allowed(scope["path"]).encode()))
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})

    async def _soap(self, method: str, receive: Receive) -> tuple[int, str, bytes]:
        if method in ("GET", "HEAD"):
            return self.soap.wsdl()
        if method != "POST":
            return 405, "text/plain", b""
        try:
            return self.soap.answer(await _body(receive))
        except Refused as refused:
            return refused.answer[0], "text/plain", b""

    def _allowed(self, path: str) -> str:
        if path == SOAP:
            return "GET, HEAD, POST"
        if path.startswith(SAMPLES):
            code, _slash, rest = path.removeprefix(SAMPLES).partition("/")
            return ", ".join(sorted(self.samples.methods(code, f"/{rest}"))) or "GET, HEAD"
        return "POST" if path == LOOKUP else "GET, HEAD"

    async def _sample(self, method: str, path: str, receive: Receive) -> Answer:
        """Answer for an illustrative service; what a body says is read within bounds and not looked at."""
        code, _slash, rest = path.removeprefix(SAMPLES).partition("/")
        asked = "GET" if method == "HEAD" else method
        if rest == "health" and self.samples.knows(code) and asked == "GET":
            return 200, {"status": "ok"}
        allowed = self.samples.methods(code, f"/{rest}")
        if not allowed:
            return Refused(404, "not-found", "Không có dịch vụ mẫu hoặc địa chỉ này.").answer
        if asked not in allowed:
            return Refused(405, "method-not-allowed", "Phương thức không dùng được ở địa chỉ này.").answer
        try:
            await _body(receive)
        except Refused as refused:
            return refused.answer
        return 200, {"data": self.samples.answer(code, asked, f"/{rest}")}

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        if scope["path"].startswith(SAMPLES):
            return await self._sample(scope["method"], scope["path"], receive)
        if scope["path"] != LOOKUP or scope["method"] != "POST":
            return self.answer(scope["method"], scope["path"], scope["query_string"])
        try:
            return 200, self._looked_up(await _body(receive))
        except Refused as refused:
            return refused.answer

    def _looked_up(self, content: bytes) -> dict[str, Any]:
        """Return the units of a list of codes, in the order asked; codes nobody has are left out."""
        try:
            codes = json.loads(content)["codes"]
            asked = [code for code in codes if isinstance(code, str)]
        except (ValueError, KeyError, TypeError):
            raise Refused(400, "bad-body", 'Thân yêu cầu có dạng {"codes": ["02215"]}.') from None
        if not asked or len(asked) != len(codes) or len(asked) > MAX_LIMIT:
            raise Refused(400, "bad-body", f"Danh sách codes gồm từ 1 đến {MAX_LIMIT} mã.")
        return {"data": as_json([found for code in asked if (found := self.communes.get(code)) is not None])}

    def answer(self, method: str, path: str, query: bytes) -> Answer:
        """Return status and body for one request without a body."""
        if method not in ("GET", "HEAD") or path == LOOKUP:
            return Refused(405, "method-not-allowed", "Phương thức không dùng được ở địa chỉ này.").answer
        try:
            return 200, self._found(path, query)
        except Refused as refused:
            return refused.answer

    def _found(self, path: str, query: bytes) -> dict[str, Any]:
        if path == "/health":
            return {"status": "ok", "units": len(self.communes.rows)}
        if path == "/communes":
            asked = _parameters(query, {"limit", "offset", "level"})
            level = asked.get("level", "")
            if level and level not in LEVELS:
                raise Refused(400, "bad-parameter", "Tham số level nhận giá trị xa hoặc phuong.")
            return _page(self.communes.listed(level), asked)
        if path == "/communes/search":
            asked = _parameters(query, {"q", "limit", "offset"})
            words = asked.get("q", "").strip()
            if not words or len(words) > MAX_WORDS:
                raise Refused(400, "bad-parameter", "Tham số q cần từ 1 đến 100 ký tự.")
            return _page(self.communes.found(words), asked)
        prefix, _slash, code = path.rpartition("/")
        found = self.communes.get(code) if prefix == "/communes" else None
        if found is None:
            raise Refused(404, "not-found", "Không tìm thấy đơn vị hành chính hoặc địa chỉ này.")
        _parameters(query, set())
        return {"data": as_json([found])[0]}


async def _body(receive: Receive) -> bytes:
    content = b""
    while True:
        message = await receive()
        content += message.get("body", b"")
        if len(content) > MAX_BODY:
            raise Refused(413, "too-large", "Thân yêu cầu quá lớn.")
        if not message.get("more_body"):
            return content


def _parameters(query: bytes, known: set[str]) -> dict[str, str]:
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=10)
    except ValueError:
        raise Refused(400, "bad-parameter", "Tham số của địa chỉ không đọc được.") from None
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Refused(400, "bad-parameter", "Mỗi tham số chỉ được ghi một lần.")
    for name in found.keys() - known:
        raise Refused(400, "unknown-parameter", f"Không nhận tham số {name[:40]}.")
    return found


def _page(rows: list[Commune], asked: dict[str, str]) -> dict[str, Any]:
    limit = _number(asked, "limit", 50, 1, MAX_LIMIT)
    offset = _number(asked, "offset", 0, 0, MAX_OFFSET)
    return {"data": as_json(rows[offset : offset + limit]), "total": len(rows), "limit": limit, "offset": offset}


def _number(asked: dict[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    text = asked.get(name, str(default))
    if not (text.isascii() and text.isdigit() and len(text) <= 7 and lowest <= int(text) <= highest):
        raise Refused(400, "bad-parameter", f"Tham số {name} là số nguyên từ {lowest} đến {highest}.")
    return int(text)


async def _live(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
