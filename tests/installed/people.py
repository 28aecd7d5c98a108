"""A person at a browser, outside: HTTPS through nginx, cookies, forms as the pages show them."""

import base64
import hashlib
import hmac
import http.cookiejar
import re
import ssl
import struct
import time
import urllib.error
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from pathlib import Path

from tests.installed.root import Failed

PASSWORD = "Thu-nghiem cai dat 2026"


class _Form(HTMLParser):
    """The fields of the last form of a page that has *name*."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((given.get("action", ""), {}))
        if not self.forms:
            return
        fields = self.forms[-1][1]
        if tag in ("input", "textarea") and given.get("name"):
            if given.get("type") not in ("checkbox", "radio", "submit", "file") or "checked" in given:
                fields[given["name"]] = given.get("value", "on" if given.get("type") == "checkbox" else "")
        elif tag == "select":
            self._select = given.get("name", "")
        elif tag == "option" and self._select and "selected" in given:
            fields[self._select] = given.get("value", "")


class Person:
    """One browser."""

    def __init__(self, host: str, authority: Path) -> None:
        self.host = f"https://{host}"
        trust = ssl.create_default_context(cafile=str(authority))
        self._cookies = http.cookiejar.CookieJar()
        handlers = (urllib.request.HTTPSHandler(context=trust), urllib.request.HTTPCookieProcessor(self._cookies))
        self._opener = urllib.request.build_opener(*handlers)
        self.place, self.page = "", ""

    def get(self, path: str) -> str:
        """Open a page."""
        return self._open(urllib.request.Request(urllib.parse.urljoin(self.host, path)))

    def send(self, field: str, **values: str) -> str:
        """Fill the form of this page that has *field*, and send it."""
        reader = _Form()
        reader.feed(self.page)
        found = next((form for form in reader.forms if field in form[1]), None)
        if found is None:
            raise Failed(f"no form with {field} at {self.place}: {self.words()}")
        action, fields = found
        body = urllib.parse.urlencode({**fields, **values}).encode()
        target = urllib.parse.urljoin(self.place, action or self.place)
        return self._open(urllib.request.Request(target, body, {"Referer": self.place, "Origin": self.host}))

    def _open(self, request: urllib.request.Request) -> str:
        try:
            with self._opener.open(request, timeout=60) as answer:
                self.place, self.page = answer.url, answer.read().decode()
        except urllib.error.HTTPError as error:
            self.place, self.page = request.full_url, error.read().decode(errors="replace")
            raise Failed(f"{error.code} at {request.full_url}: {self.words()}") from error
        return self.page

    def words(self) -> str:
        """Return what the page says, without markup."""
        bare = re.sub(r"<(script|style).*?</\1>", " ", self.page, flags=re.DOTALL)
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bare)).strip()[:1500]

    def expect(self, text: str) -> None:
        """Raise :class:`Failed` unless the page says *text*."""
        if text not in self.page:
            raise Failed(f"{self.place} does not say {text!r}: {self.words()}")


def accept(host: str, authority: Path, said: str, name: str) -> Person:
    """Take the first invitation that a command said."""
    link, code = re.search(r"Liên kết: (\S+)", said), re.search(r"Mã đọc cho người nhận: (\S+)", said)
    if link is None or code is None:
        raise Failed(f"no invitation in: {said}")
    one = Person(host, authority)
    one.get(link.group(1))
    one.send("code", code=code.group(1), password=PASSWORD, full_name=name)
    one.expect("Đã nhận lời mời.")
    return one


def sign_in(one: Person, email: str) -> str:
    """Sign in; where the role asks for a second step set it up and return its secret."""
    one.get("/dang-nhap/")
    one.send("login", login=email, password=PASSWORD)
    found = re.search(r'<code id="khoa-xac-thuc"[^>]*>([A-Z2-7]+)</code>', one.page)
    if found is None and "/xac-nhan-lai/" in one.place:
        one.send("password", password=PASSWORD)
        found = re.search(r'<code id="khoa-xac-thuc"[^>]*>([A-Z2-7]+)</code>', one.page)
    if found is None:
        return ""
    one.send("code", code=code_of(found.group(1)))
    one.get("/tai-khoan/")
    one.expect(email)
    return found.group(1)


def code_of(secret: str, ahead: int = 0) -> str:
    """Return what an authenticator shows (RFC 6238), *ahead* periods from now."""
    counter = struct.pack(">Q", int(time.time()) // 30 + ahead)
    digest = hmac.new(base64.b32decode(secret + "=" * (-len(secret) % 8)), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"
