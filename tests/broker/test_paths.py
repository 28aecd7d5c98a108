"""One path for deciding and forwarding (P18, N18): refused, or the provider gets byte for byte what was allowed."""

import itertools
from urllib.parse import unquote

import pytest

from tests.broker.conftest import Log
from tests.broker.live import Live
from tests.broker.provider import Provider
from tests.broker.world import World, signed

pytestmark = pytest.mark.django_db
PREFIX = "/api/data/administrative-units/v1"
# Spellings two programs could read differently: always 400, before anybody asks who calls.
TWO_READINGS = [
    *(
        "//communes",
        "/communes//",
        "/communes//1",
        "///",
        "/./communes",
        "/../communes",
        "/communes/.",
        "/communes/..",
    ),
    *("/communes/../communes/1", "/communes/./1", "/raw/..", "/raw/.", "/raw/../../../quan-tri", "/communes/1/../2"),
    *("/communes;a=1", "/communes/1;a=1", "/raw/a;b", "/;x/communes", "/communes/1;", "/communes/;1"),
    *(
        f"/raw/a{code}b"
        for code in ("%2f", "%2F", "%5c", "%5C", "%2e", "%2E", "%00", "%0a", "%0d", "%09", "%1f", "%7f")
    ),
    *(f"/raw/{code}" for code in ("%2e%2e", "%2E%2e", ".%2e", "%2e.", "%2e", "%2f..", "..%2f", "..%5c", "%5c..")),
    *(f"/{code}/communes" for code in ("%2e%2e", "%2e", "%2f", "%5c", "%00", "..%2f..", "%2e%2e%2f")),
    *(
        f"/communes/{code}"
        for code in ("%2e%2e", "%2e%2e%2fcommunes", "%2f", "1%2f..", "1%00", "%0d%0aX:1", "%1b", "%7F")
    ),
    *(f"/communes{code}" for code in ("%2f1", "%2F", "%5c1", "%00", "%2e", "%0a", "%2f%2e%2e", "%09")),
    *("/communes\\1", "/raw/a\\b", "\\communes", "/communes/..\\", "/raw/a|b", "/raw/a^b", "/raw/a`b", "/raw/{a}"),
    *(
        '/raw/a"b',
        "/raw/<a>",
        "/raw/a%",
        "/raw/a%4",
        "/raw/a%zz",
        "/raw/%u002e",
        "/raw/%%32e",
        "/raw/a[b]",
        "/raw/a#b",
    ),
    *("/raw/%c0%ae/../x", "/raw/a%2", "/raw/%2G", "/raw/%-1", "/communes#x", "/raw/#", "/raw/a%g1"),
    *(f"/communes?{query}" for query in ("a=%00", "a=%0d%0a", "a=%7f", "a=#", "a=\\", "a=%", "a=%zz", "a=^", "a={x}")),
    *(f"/communes?{query}" for query in ('a="', "a=<", "a=>", "a=`", "%0a=1", "a=%1f")),
]
# No second reading; some are of no operation and refused as such, the rest arrive as they are.
ONE_READING = [
    *(
        f"/raw/{text}"
        for text in ("a", "A", "%41", "%61", "a%20b", "a+b", "a%2Bb", "%E1%BB%A9ng", "%e1%bb%a9ng", "a%25b")
    ),
    *(
        f"/raw/{text}"
        for text in ("a.b", "...", "a..b", ".a", "a.", "~a", "a~", "$a", "a!b", "'a'", "(a)", "a*", "a,b")
    ),
    *(
        f"/raw/{text}"
        for text in ("a:b", "a=b", "a@b", "a&b", "-", "_", "0", "00", "a-b_c", "%3Bx", "%3fx", "%23x", "%26")
    ),
    *(f"/raw/{text}" for text in ("%252e%252e", "%252f", "%255c", "%2500", "%2525", "%20", "%21", "%22x", "%3Cb%3E")),
    *(f"/communes/{text}" for text in ("1", "01", "00001", "%31", "1%30", "x", "communes", "%E2%80%8Bx", "1.0", "-1")),
    *(f"/communes{text}" for text in ("", "/", "/1/", "/1/2", "x", "%20", "?", "?a=1", "?a=1&a=2", "?a=%20", "?a=+")),
    *(
        f"/communes?{query}"
        for query in ("a=%2f", "a=%2e%2e", "a=/../x", "a=//", "a=;b", "a=:@", "a=%E1%BB%A9", "a[]=1")
    ),
    *(
        f"/communes?{query}"
        for query in ("?", "a?b", "=", "&", "&&", "a", "a=", "%41=%42", "a=%5c", "a=~", "a=|", "a='", "a=(1)")
    ),
    *("/Communes", "/COMMUNES", "/communes/1?x=1", "/raw/a?../b", "/raw", "/raw/", "/", "", "/reports", "/%63ommunes"),
    *(
        "/commune",
        "/communes1",
        "/raw/a/b",
        "/communes/%FF",
        "/raw/%C0%AE",
        "/raw/%ED%A0%80",
        "/raw/%C2%80",
        "/raw/%FE",
    ),
]
ALLOWED = ("/communes", "/raw/")


def test_there_are_enough_of_them() -> None:
    spellings = set(itertools.chain(TWO_READINGS, ONE_READING))
    assert len(spellings) == len(TWO_READINGS) + len(ONE_READING)
    assert len(spellings) >= 200


@pytest.mark.parametrize("spelling", TWO_READINGS)
def test_two_readings_are_refused(broker: Live, provider: Provider, world: World, log: Log, spelling: str) -> None:
    target = PREFIX + spelling
    answer = broker.send(target, signed(world.credentials(), broker.authority, target))
    assert answer.status == 400, answer.body
    assert provider.received == []
    if answer.header("x-request-id"):
        rows = log.rows("select verdict from audit_intent where call_id = %s", answer.header("x-request-id"))
        assert {row["verdict"] for row in rows} <= {"X"}


@pytest.mark.parametrize("spelling", ONE_READING)
def test_one_reading_arrives_as_it_is_or_not_at_all(
    broker: Live, provider: Provider, world: World, log: Log, spelling: str
) -> None:
    target = PREFIX + spelling
    answer = broker.send(target, signed(world.credentials(), broker.authority, target))
    row = log.call(answer.header("x-request-id"))
    if not provider.received:
        assert answer.status in (400, 403, 404), answer.body
        assert row["verdict"] == "X"
        return
    assert answer.status == 200
    [request] = provider.received
    sent = request.split(b" ")[1].decode("ascii")
    # An empty query is no query to some programs: the mark goes with it.
    assert sent == spelling.removesuffix("?") if spelling.count("?") == 1 else sent == spelling
    path = spelling.partition("?")[0]
    assert path.startswith(ALLOWED)
    assert row["operation"] in ("communes", "commune", "raw")
    assert path.count("/") == {"communes": 1, "commune": 2, "raw": 2}[row["operation"]]
    assert ".." not in unquote(path).split("/")


def test_what_is_decided_about_is_what_is_forwarded(broker: Live, provider: Provider, world: World) -> None:
    """The operation granted decides: a spelling of another operation's path does not get there by this one."""
    world.grants["QK-1"] = world.grants["QK-1"].__class__(
        **{
            **{name: getattr(world.grants["QK-1"], name) for name in world.grants["QK-1"].__slots__},
            "operations": frozenset({"raw"}),
        }
    )
    broker.reload()
    for spelling in ("/communes", "/communes/1", "/%63ommunes", "/raw/%2e%2e/communes", "/raw/../communes"):
        target = PREFIX + spelling
        answer = broker.send(target, signed(world.credentials(), broker.authority, target))
        assert answer.status in (400, 403, 404)
    assert provider.received == []
