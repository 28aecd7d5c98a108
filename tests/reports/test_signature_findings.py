"""The checker agrees with the broker on every published vector, and names the usual mistakes."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest

from broker.signing import Credentials, sign, signature_base
from core.problems import InvalidInput
from reports.signatures.checking import Outcome, OwnKey, check, keyid_of
from reports.signatures.sent import Sent, holds_secret, read_sent
from tests.broker.vectors import FILE, HOST, KEY, NOW, TARGET

FOUND = json.loads(FILE.read_text(encoding="utf-8"))
OWN = OwnKey("hmac-sha256", KEY.secret.encode())
AT = datetime.fromtimestamp(NOW, tz=UTC)


@pytest.fixture(autouse=True)
def hosts(settings: Any) -> None:
    settings.ALLOWED_HOSTS = FOUND["hosts"]


def looked_at(sent: Sent, *, key: OwnKey | None = OWN, **given: Any) -> Outcome:
    values = {"body": "", "body_digest": "", "signed_text": "", "at": AT, "asked": True, **given}
    return check(sent, key=key, **values)


def pasted(target: str = TARGET, method: str = "GET", body: bytes = b"", **changes: str) -> Sent:
    """Return a signed request as somebody pastes it."""
    headers = sign(KEY, method=method, authority=HOST, target=target, body=body, created=NOW) | changes
    lines = "\n".join(f"{name}: {value}" for name, value in headers.items())
    return read_sent(method=method, address=f"https://{HOST}{target}", headers=lines)


def from_vector(vector: dict[str, Any]) -> Sent:
    request = vector["request"]
    lines = "\n".join(f"{name}: {value}" for name, value in request["headers"])
    return read_sent(method=request["method"], address=request["target"], headers=lines)


@pytest.mark.parametrize("vector", FOUND["vectors"], ids=lambda item: item["name"])
def test_it_finds_what_the_broker_finds(vector: dict[str, Any]) -> None:
    sent = from_vector(vector)
    known = keyid_of(sent) == KEY.access_key
    digest = sha256(base64.b64decode(vector["request"]["body_base64"])).hexdigest()
    outcome = looked_at(sent, key=OWN if known else None, body_digest=digest)
    assert outcome.fits is (vector["expected"] == "accepted"), outcome.findings
    if vector["expected"] == "accepted":
        assert outcome.text == vector["signature_base"]
    elif known:
        assert any(item.wrong for item in outcome.findings)
    if vector["expected"] in ("clock-skew", "digest-mismatch", "header-repeated", "target-not-canonical"):
        assert vector["expected"] in {item.code for item in outcome.findings}


def broken(change: Callable[[bytes], bytes], secret: bytes = KEY.secret.encode()) -> Sent:
    """Return a request whose signature was made over another text, or with another secret."""
    sent = pasted()
    params = (sent.header("Signature-Input") or "").removeprefix("lgsp=")
    text = signature_base(
        method="GET",
        authority=HOST,
        path=TARGET.partition("?")[0],
        query="?" + TARGET.partition("?")[2],
        digest=sent.header("Content-Digest") or "",
        grant=KEY.grant,
        purpose=KEY.purpose,
        params=params,
    )
    mac = base64.b64encode(hmac.digest(secret, change(text), "sha256")).decode()
    headers = tuple((name, f"lgsp=:{mac}:" if name == "Signature" else value) for name, value in sent.headers)
    return replace(sent, headers=headers)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (broken(lambda text: text + b"\n"), "thêm ký tự xuống dòng ở cuối"),
        (broken(lambda text: text.replace(b"\n", b"\r\n")), "CR LF"),
        (broken(lambda text: text.replace(b"GET", b"get")), "chữ thường"),
        (broken(lambda text: text.replace(HOST.encode(), HOST.encode() + b":443")), "cổng 443"),
        (broken(lambda text: text.replace(b"T%C3%A2n", b"T%C3%A2n").replace(b'"@query": ?', b'"@query": ')), "dấu ?"),
        (broken(bytes, KEY.secret.encode() + b"\n"), "xuống dòng ở cuối khi đọc từ tệp"),
        (broken(bytes, b"sk_test_khac"), "Không khớp"),
    ],
)
def test_usual_mistakes_are_named(sent: Sent, said: str) -> None:
    outcome = looked_at(sent)
    assert not outcome.fits
    assert said in outcome.findings[-1].text


def test_the_line_that_differs_is_shown_and_the_signature_over_it_is_recognised() -> None:
    other = TARGET.replace("limit=2", "limit=3")
    sent = pasted(other)
    moved = replace(sent, query="?" + TARGET.partition("?")[2])
    right = looked_at(sent)
    assert right.fits
    outcome = looked_at(moved, signed_text=right.text.replace("\n", "\r\n"))
    differing = [(line.expected, line.received) for line in outcome.lines if line.differs]
    assert differing == [('"@query": ?q=T%C3%A2n&limit=2', '"@query": ?q=T%C3%A2n&limit=3')]
    assert "đúng với văn bản bạn dán" in outcome.findings[-1].text


def test_a_body_fits_however_the_form_turned_its_line_ends() -> None:
    body = '{"tên": "Tân Lưu"}\n'
    sent = pasted(method="POST", body=body.encode())
    for typed in (body, body.rstrip("\n"), body.replace("\n", "\r\n")):
        assert looked_at(sent, body=typed).fits
    outcome = looked_at(sent, body='{"tên": "Khác"}')
    assert "digest-mismatch" in {item.code for item in outcome.findings}


def test_a_strange_key_gets_one_answer_whether_it_exists_or_not() -> None:
    outcome = looked_at(pasted(), key=None)
    assert not outcome.fits
    assert outcome.findings[-1].text.startswith("Khóa không phải của hệ thống thuộc cơ quan bạn, hoặc không tồn tại")
    assert outcome.text


def test_nothing_that_comes_out_could_sign_a_call() -> None:
    sent = broken(lambda text: text + b"\n")
    outcome = looked_at(sent)
    right = hmac.digest(KEY.secret.encode(), outcome.text.encode(), "sha256")
    told = repr(outcome) + repr(OWN)
    for form in (right.hex(), base64.b64encode(right).decode(), KEY.secret, KEY.secret[8:40]):
        assert form not in told


def test_an_own_key_that_signs_nothing_says_why() -> None:
    outcome = looked_at(pasted(), key=replace(OWN, why_not="Khóa đã bị thu hồi ngày 01/11/2026"))
    assert not outcome.fits
    assert "Khóa đã bị thu hồi ngày 01/11/2026" in [item.text for item in outcome.findings]


@pytest.mark.parametrize("address", ["", "lgsp.example/api", "ftp://lgsp.example/", "https://"])
def test_an_address_that_is_none_is_refused_with_how_to_mend_it(address: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_sent(method="GET", address=address, headers="")
    assert "address" in refused.value.errors


def test_a_line_that_is_no_header_is_named_by_its_number() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_sent(method="GET", address="/api/data/x/v1/y", headers="Host: a\nkhông phải tiêu đề")
    assert "Dòng 2" in str(refused.value)


def test_a_secret_is_seen_wherever_it_stands() -> None:
    assert holds_secret("x", f"Authorization: Basic {KEY.secret}")
    assert not holds_secret(f"keyid={KEY.access_key}")
    assert isinstance(KEY, Credentials)
