"""Requests bent at random, from a seed: bytes moved about, parts of the form changed, odd calls signed well.

A :class:`Bent` knows what was signed when it was made; whatever reaches a provider must be one of these, unchanged.
"""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from broker.signing import Credentials, sign

BASE = "/api/data/administrative-units/v1"
Lines = list[bytes]


@dataclass(frozen=True, slots=True)
class Signed:
    """One lawful request, before it is bent: method, target at the provider, body."""

    method: str
    target: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Bent:
    """Bytes to send; ``parts`` is how many whole requests were put into them."""

    content: bytes
    signed: tuple[Signed, ...]
    kind: str
    parts: int = 1


BITS = [b"\r\n", b"\n", b"\r", b"\0", b" ", b"\t", b":", b",", b";", b'"', b"%2e", b"//", b"\xff", b"\xc3\xa9"]
BITS += [b"Host: a\r\n", b"lgsp=", b"()", b"9" * 40, b"GET / HTTP/1.1\r\n\r\n", b"0\r\n\r\n", b"\x80" * 9, b"{" * 99]
HEADERS = [
    b"Transfer-Encoding: chunked",
    b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding:\tchunked",
    b"Content-Length: 0",
    b"Content-Length: 18446744073709551616",
    b"Content-Length: -1",
    b"Content-Encoding: br",
    b"Expect: 100-continue",
    b"Upgrade: websocket\r\nConnection: Upgrade",
    b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__",
    b"Connection: close, X-LGSP-Grant, Content-Digest",
    b"Host: localhost",
    b"X-Forwarded-For: 10.0.0.1, 127.0.0.1",
    b"X-HTTP-Method-Override: DELETE",
    b"X-LGSP-Consumer: H60.99",
    b"X_LGSP_Grant: QK-3",
    b"Accept-Language: en;q=nan, vi;q=1e999",
    b"X-Request-Id: " + b"a" * 300,
    b"Cookie: " + b"a=b; " * 900,
    b"Authorization: Bearer eyJhbGciOiJub25lIn0.e30.",
    b"X-Long: " + b"a" * 20_000,
    b" X-Folded: a",
    b"No colon at all",
    b": no name",
    b"X-Odd\x00Name: a",
    b"Trailer: Content-Digest",
    b"Range: bytes=0-0",
    b"Idempotency-Key: " + b"k" * 400,
    b"traceparent: 00-00000000000000000000000000000000-0000000000000000-00",
]
VERSIONS = [
    b"HTTP/1.0",
    b"HTTP/0.9",
    b"HTTP/2.0",
    b"HTTP/1.2",
    b"HTTP/1.1 ",
    b"http/1.1",
    b"HTTP/1.1\t",
    b"RTSP/1.0",
    b"",
]
METHODS = [
    "GET",
    "POST",
    "PUT",
    "DELETE",
    "HEAD",
    "OPTIONS",
    "PATCH",
    "TRACE",
    "CONNECT",
    "PROPFIND",
    "get",
    "G\tT",
    "M-SEARCH",
]
PATHS = [
    "/communes",
    "/communes/1",
    "/reports",
    "/raw/%c3%a2",
    "/communes/%ff",
    "/communes/..",
    "/communes//1",
    "/communes/%2e%2e",
    "/communes/;a",
    "/communes/" + "a" * 4000,
    "",
    "/",
    "/communes/1/",
    "/raw/a|b",
    "/raw/!$&'()*+,=:@",
]
QUERIES = ["", "?", "?a=1", "?a=%00", "?a=1&a=2", "?%", "?a=b?c", "?" + "a" * 5000, "?q=T%C3%A2n%20L%C6%B0u", "?[]=1"]
BODIES = [
    b"",
    b"{}",
    b'{"a":1}',
    b"\0" * 40,
    b"<a/>",
    b"[" * 3000,
    b"x" * 70_000,
    '"\ud800"'.encode("utf-8", "surrogatepass"),
]
GRANTS = ["QK-1", "QK-2", "QK-3", "-", "", "QK-1 ", "qk-1", "QK-" + "9" * 300, "*", "QK-1, QK-2", "' or 1=1 --"]
PURPOSES = ["administrative-procedures", "statistics", "", "-", "%61dministrative-procedures", "a" * 300]


@dataclass
class Bender:
    """Makes bent requests to *authority* with *credentials*."""

    credentials: Credentials
    authority: str
    seed: int

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.ways: list[Callable[[], Bent]] = [self.bytes_moved, self.form_changed, self.signed_oddly, self.in_a_row]

    def make(self, number: int) -> Iterator[Bent]:
        """Give *number* bent requests; the same seed gives the same ones but for nonce and time."""
        for _ in range(number):
            yield self.chance.choices(self.ways, (4, 4, 4, 1))[0]()

    def lawful(self) -> tuple[Lines, bytes, Signed]:
        """Return the head, as lines, and the body of a request as it should be."""
        if self.chance.random() < 0.5:
            return self.written("POST", "/reports?q=a%20b", b'{"a":1}', self.credentials)
        return self.written("GET", f"/communes/{self.chance.randrange(99)}?a=1&b=2", b"", self.credentials)

    def written(self, method: str, target: str, body: bytes, credentials: Credentials) -> tuple[Lines, bytes, Signed]:
        """Sign and write a request."""
        headers = sign(
            credentials,
            method=method,
            authority=self.authority,
            target=BASE + target,
            created=int(time.time()),
            body=body,
        )
        lines = [f"{method} {BASE}{target} HTTP/1.1", f"Host: {self.authority}"]
        lines += [f"Content-Length: {len(body)}"] if body or method == "POST" else []
        lines += [f"{name}: {value}" for name, value in headers.items()]
        # The text signed says "?" for no query and for an empty one alike: they are one target.
        meant = target.removesuffix("?") if target.endswith("?") and target.count("?") == 1 else target
        return [line.encode("latin-1", "replace") for line in lines], body, Signed(method, meant, body)

    def bytes_moved(self) -> Bent:
        """Change, remove, insert, double and swap bytes anywhere."""
        lines, body, signed = self.lawful()
        chance, found = self.chance, bytearray(whole(lines, body))
        for _ in range(chance.randint(1, 4)):
            place, length = chance.randrange(len(found)), chance.randint(1, 60)
            match chance.randrange(6):
                case 0:
                    found[place] = chance.randrange(256)
                case 1:
                    del found[place : place + length // 3 + 1]
                case 2:
                    found[place:place] = chance.choice(BITS)
                case 3:
                    found[place:place] = found[place : place + length]
                case 4:
                    found[place] ^= 1 << chance.randrange(8)
                case _:
                    other = chance.randrange(len(found))
                    found[place], found[other] = found[other], found[place]
        return Bent(bytes(found), (signed,), "bytes")

    def form_changed(self) -> Bent:
        """Change parts of the form: lines, version, line ends, framing, spellings."""
        lines, body, signed = self.lawful()
        for _ in range(self.chance.randint(1, 3)):
            lines, body = self.chance.choice(FORMS)(lines, body, self.chance)
            if len(lines) < 2:
                lines.append(b"Host: " + self.authority.encode())
        end = self.chance.choice([b"\r\n"] * 9 + [b"\n", b"\r", b"\r\r\n"])
        return Bent(end.join(lines) + end * 2 + body, (signed,), "form")

    def signed_oddly(self) -> Bent:
        """Sign, with a key in force, a call nobody makes."""
        chance = self.chance
        method, body = chance.choice(METHODS[:10]), chance.choice(BODIES)
        target = chance.choice(PATHS) + chance.choice(QUERIES)
        grant, purpose = chance.choice([GRANTS[0], *GRANTS]), chance.choice([PURPOSES[0], PURPOSES[0], *PURPOSES])
        credentials = Credentials(self.credentials.access_key, self.credentials.secret, grant, purpose)
        lines, body, signed = self.written(method, target, body, credentials)
        return Bent(whole(lines, body), (signed,), "signed")

    def in_a_row(self) -> Bent:
        """Send a lawful request, something bent, and a lawful one, without waiting."""
        first, last = self.lawful(), self.lawful()
        middle = self.chance.choice([self.bytes_moved, self.form_changed, self.signed_oddly])()
        content = whole(first[0], first[1]) + middle.content + whole(last[0], last[1])
        return Bent(content, (first[2], *middle.signed, last[2]), "row", 3)


def whole(lines: Lines, body: bytes) -> bytes:
    """Return the bytes of a request."""
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


Form = tuple[Lines, bytes]


def header_added(lines: Lines, body: bytes, chance: random.Random) -> Form:
    place = chance.randrange(1, len(lines))
    return [*lines[:place], chance.choice(HEADERS), *lines[place:]], body


def header_doubled(lines: Lines, body: bytes, chance: random.Random) -> Form:
    return [*lines, chance.choice(lines[1:])], body


def header_lost(lines: Lines, body: bytes, chance: random.Random) -> Form:
    lost = chance.randrange(1, len(lines))
    return [line for place, line in enumerate(lines) if place != lost], body


def header_respelt(lines: Lines, body: bytes, chance: random.Random) -> Form:
    place = chance.randrange(1, len(lines))
    name, _, value = lines[place].partition(b":")
    gap = chance.choice([b":", b":\r\n ", b": \t", b":\n\t", b" :"])
    return [*lines[:place], chance.choice([name.upper(), name, b"\t" + name]) + gap + value, *lines[place + 1 :]], body


def version_changed(lines: Lines, body: bytes, chance: random.Random) -> Form:
    return [b" ".join([*lines[0].split(b" ")[:2], chance.choice(VERSIONS)]), *lines[1:]], body


def target_respelt(lines: Lines, body: bytes, chance: random.Random) -> Form:
    other = chance.choice([b"//api", b"/./api", b"/%61pi", b"http://x/api", b"/api/../api", b"api", b"*"])
    return [lines[0].replace(b"/api", other, 1), *lines[1:]], body


def method_changed(lines: Lines, body: bytes, chance: random.Random) -> Form:
    return [chance.choice(METHODS).encode() + b" " + lines[0].partition(b" ")[2], *lines[1:]], body


def body_longer(lines: Lines, body: bytes, chance: random.Random) -> Form:
    return lines, body + chance.choice(BITS)


def number_changed(lines: Lines, body: bytes, chance: random.Random) -> Form:
    number = chance.choice([b"0", b"1e3", b"-1", b"99999999999", b'""', b"created=1"])
    return [line.replace(b"created=1", b"created=" + number) for line in lines], body


def chunked(lines: Lines, body: bytes, chance: random.Random) -> Form:
    """Frame the body in chunks, well or badly."""
    kept = [line for line in lines if not line.lower().startswith(b"content-length") or chance.random() < 0.2]
    size = b"%x" % len(body)
    size = chance.choice([size, size, size, b"0" * 12 + size, size + b";a=b", b"+" + size, b"0x" + size, b"f" * 17])
    last = chance.choice([b"0\r\n\r\n", b"0\r\n\r\n", b"0\r\nContent-Digest: x\r\n\r\n", b"0\n\n", b"00\r\n\r\n", b""])
    return [*kept, b"Transfer-Encoding: chunked"], (size + b"\r\n" + body + b"\r\n" if body else b"") + last


FORMS: list[Callable[[Lines, bytes, random.Random], Form]] = [
    header_added,
    header_added,
    header_doubled,
    header_lost,
    header_respelt,
    version_changed,
    target_respelt,
    method_changed,
    body_longer,
    number_changed,
    chunked,
]
