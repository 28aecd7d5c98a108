"""The published test vectors of profile lgsp-1, written from fixed inputs: ``python -m tests.broker.vectors``.

Each vector is a request as it would arrive, the moment it arrives, and what a verifier must say. Keys are for
these vectors alone.
"""

import base64
import hmac
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from broker.signing import Credentials, content_digest, sign, signature_base

FILE = Path(__file__).resolve().parents[2] / "docs" / "vectors" / "lgsp-1.json"
NOW = 1_790_000_000
KEY = Credentials(
    access_key="ak_test_00000000000000000000001ezSmS",
    secret="sk_test_00000000000000000000000000000000000000000001NyHUD",
    grant="QK-2026-000001",
    purpose="administrative-procedures",
)
HOST, NONCE = "lgsp.example", "AAAAAAAAAAAAAAAAAAAAAA"
PROCEDURE = "1.004203.000.00.00.H60"
OFFICER = "cb.0042@sokhcn"
PATH = "/api/data/administrative-units/v1/communes"
TARGET = f"{PATH}?q=T%C3%A2n&limit=2"
Headers = dict[str, str]


def request(method: str = "GET", target: str = TARGET, body: bytes = b"", host: str = HOST, **signing: Any) -> dict:
    """Make a signed request."""
    values = {"created": NOW, "nonce": NONCE, **signing}
    headers = sign(KEY, method=method, authority=host, target=target, body=body, **values)
    return {"method": method, "target": target, "host": host, "headers": list(headers.items()), "body": body}


def resigned(change: Callable[[str], str]) -> dict:
    """Make a request whose parameters are *change* of the right ones, signed over as they then are."""
    found = request()
    headers = dict(found["headers"])
    label, _, params = headers["Signature-Input"].partition("=")
    path, _, query = TARGET.partition("?")
    changed = change(params)
    text = signature_base(
        method="GET",
        authority=HOST,
        path=path,
        query="?" + query,
        digest=headers["Content-Digest"],
        grant=KEY.grant,
        purpose=KEY.purpose,
        params=changed,
    )
    headers["Signature-Input"] = f"{label}={changed}"
    headers["Signature"] = f"lgsp=:{base64.b64encode(_mac(text)).decode()}:"
    return {**found, "headers": list(headers.items())}


def _mac(text: bytes) -> bytes:
    return hmac.digest(KEY.secret.encode(), text, "sha256")


def with_header(name: str, value: str) -> dict:
    """Make a signed request one header of which was changed afterwards."""
    found = request()
    return {**found, "headers": [(key, value if key == name else kept) for key, kept in found["headers"]]}


def accepted() -> Iterator[tuple[str, dict]]:
    """Give requests every verifier accepts."""
    yield "GET with query", request()
    yield "GET without query", request(target="/api/data/administrative-units/v1/communes")
    yield "path with encoded letters", request(target="/api/data/administrative-units/v1/communes/T%C3%A2n")
    yield "lower-case and unneeded encodings are signed as sent", request(target=f"{TARGET}&a=%7e%c3%a2%41")
    yield "POST with a UTF-8 body", request("POST", "/api/data/reports/v1/reports", '{"tên":"Tân Lưu"}'.encode())
    yield "POST with an empty body", request("POST", "/api/data/reports/v1/reports")
    yield "DELETE", request("DELETE", "/api/data/reports/v1/reports/1")
    yield "authority with port", request(host="lgsp.example:8443")
    yield "signed 300 seconds ago", request(created=NOW - 300)
    yield "signed 60 seconds ahead", request(created=NOW + 60)
    yield "longest nonce", request(nonce="Aa0-_" * 25 + "abc")
    yield "procedure named and signed", request(procedure=PROCEDURE)
    yield "longest procedure", request(procedure="A.b-9_" * 10 + "Zz.0")
    yield "POST with a procedure", request("POST", "/api/data/reports/v1/reports", b'{"a":1}', procedure=PROCEDURE)
    yield "officer named and signed", request(officer=OFFICER)
    yield "longest officer", request(officer="A.b-9_" * 10 + "Z@.0")
    yield "procedure and officer, in this order", request(procedure=PROCEDURE, officer=OFFICER)


def refused() -> Iterator[tuple[str, str, dict]]:
    """Give requests no verifier accepts, with the code that says why."""
    found = request()
    post = request("POST", "/api/data/reports/v1/reports", b'{"a":1}')
    yield "body changed", "digest-mismatch", {**post, "body": b'{"a":2}'}
    yield "body cut", "digest-mismatch", {**post, "body": b'{"a":1'}
    yield "digest changed", "signature-invalid", with_header("Content-Digest", content_digest(b"x"))
    yield "method changed", "signature-invalid", {**found, "method": "DELETE"}
    yield "path changed", "signature-invalid", {**found, "target": TARGET.replace("communes", "provinces")}
    yield "case of an encoding changed", "signature-invalid", {**found, "target": TARGET.replace("%C3", "%c3")}
    yield "query reordered", "signature-invalid", {**found, "target": f"{PATH}?limit=2&q=T%C3%A2n"}
    yield "query dropped", "signature-invalid", {**found, "target": PATH}
    yield "host changed", "signature-invalid", {**found, "host": "api.lgsp.example"}
    yield "grant changed", "signature-invalid", with_header("X-LGSP-Grant", "QK-2026-000002")
    yield "purpose changed", "signature-invalid", with_header("X-LGSP-Purpose", "statistics")
    yield "signature of zeros", "signature-invalid", with_header("Signature", f"lgsp=:{'A' * 43}=:")
    yield "signature cut short", "signature-invalid", with_header("Signature", "lgsp=:AAAA:")
    spare = dict(found["headers"])["Signature"]
    yield "signature not canonical base64", "signature-invalid", with_header("Signature", _other_spelling(spare))
    yield (
        "signature under another label",
        "signature-invalid",
        with_header("Signature", spare.replace("lgsp=", "sig=")),
    )
    yield "second signature", "signature-invalid", with_header("Signature", f"{spare}, sig1={spare[5:]}")
    yield from _listed()
    yield "signed 301 seconds ago", "clock-skew", request(created=NOW - 301)
    yield "signed 61 seconds ahead", "clock-skew", request(created=NOW + 61)
    yield "two digests", "malformed-request", with_header("Content-Digest", f"{content_digest(b'')}, sha-512=:AAAA:")
    yield "digest of another algorithm", "malformed-request", with_header("Content-Digest", "sha-512=:AAAA:")
    for name in ("Signature", "Signature-Input"):
        kept = [pair for pair in found["headers"] if pair[0] != name]
        yield f"no {name}", "signature-invalid", {**found, "headers": kept}
    for name in ("Content-Digest", "X-LGSP-Grant", "X-LGSP-Purpose"):
        kept = [pair for pair in found["headers"] if pair[0] != name]
        yield f"no {name}", "malformed-request", {**found, "headers": kept}
    for name, value in found["headers"]:
        yield f"{name} sent twice", "header-repeated", {**found, "headers": [*found["headers"], (name, value)]}
    for path in ("//communes", "/../communes", "/./communes", "/%2e%2e/x", "/a%2Fb", "/a%5cb", "/a;b=1", "/a%00"):
        yield f"target {path}", "target-not-canonical", request(target=f"/api/data/administrative-units/v1{path}")


def _other_spelling(signature: str) -> str:
    """Return the same bytes in base64 that sets a bit nobody reads."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = alphabet.index(signature[-3])
    return f"{signature[:-3]}{alphabet[last ^ 1]}=:"


def _parameters() -> Iterator[tuple[str, str, dict]]:
    def swap(old: str, new: str) -> dict:
        return resigned(lambda params: params.replace(old, new))

    created, nonce = f"created={NOW}", f'nonce="{NONCE}"'
    yield "component missing", "signature-invalid", swap('"@query" ', "")
    yield "components reordered", "signature-invalid", swap('"@method" "@authority"', '"@authority" "@method"')
    yield "component added", "signature-invalid", swap('"@method"', '"@method" "date"')
    yield "another tag", "signature-invalid", swap("lgsp-1", "lgsp-2")
    yield "parameter added", "signature-invalid", swap(';tag="', ';expires=1790000060;tag="')
    yield "parameters reordered", "signature-invalid", swap(f";{created};{nonce}", f";{nonce};{created}")
    yield "second label", "signature-invalid", swap(';tag="lgsp-1"', ';tag="lgsp-1", b=("@method")')
    yield "unknown key", "signature-invalid", swap("ak_test_0", "ak_test_1")
    for alg in ("none", "hmac-sha1", "hmac-sha512", "ed25519", "rsa-v1_5-sha256"):
        yield f"algorithm {alg}", "signature-invalid", swap("hmac-sha256", alg)
    for value in ("-1", "1.5", "1e400", "", "abc", '"1790000000"', "9" * 400):
        yield f"created={value[:12]}", "malformed-request", swap(created, f"created={value}")
    for value in ("A" * 21, "A" * 129, "A" * 21 + "+", "A" * 21 + "=", ""):
        yield f"nonce of {len(value)}: {value[-3:]}", "malformed-request", swap(nonce, f'nonce="{value}"')
    yield "no nonce", "malformed-request", swap(f";{nonce}", "")
    yield "no created", "malformed-request", swap(f";{created}", "")


def _listed() -> Iterator[tuple[str, str, dict]]:
    yield from _parameters()
    yield from _procedures()
    yield from _officers()


def _procedures() -> Iterator[tuple[str, str, dict]]:
    def sent(found: dict, *values: str) -> dict:
        kept = [pair for pair in found["headers"] if pair[0] != "X-LGSP-Procedure"]
        return {**found, "headers": [*kept, *(("X-LGSP-Procedure", value) for value in values)]}

    named = request(procedure=PROCEDURE)
    yield "procedure sent but not signed", "signature-invalid", sent(request(), PROCEDURE)
    yield "procedure signed but not sent", "signature-invalid", sent(named)
    yield "procedure changed", "signature-invalid", sent(named, "1.004204.000.00.00.H60")
    yield "procedure sent twice", "header-repeated", sent(named, PROCEDURE, PROCEDURE)
    for value in ("", "A" * 65, "a b", "a/b", "th\u1ee7-t\u1ee5c".encode().decode("latin-1")):
        yield f"procedure of {len(value)}: {value[:6]!r}", "malformed-request", sent(named, value)
    listed = '"x-lgsp-purpose" "x-lgsp-procedure"'
    for name, order in {
        "before the purpose": '"x-lgsp-procedure" "x-lgsp-purpose"',
        "twice": f'{listed} "x-lgsp-procedure"',
        "in capitals": '"x-lgsp-purpose" "X-LGSP-Procedure"',
        "and another": f'{listed} "date"',
    }.items():
        changed = resigned(lambda params, order=order: params.replace('"x-lgsp-purpose"', order))
        yield f"procedure listed {name}", "signature-invalid", sent(changed, PROCEDURE)


def _officers() -> Iterator[tuple[str, str, dict]]:
    def sent(found: dict, *values: str) -> dict:
        kept = [pair for pair in found["headers"] if pair[0] != "X-LGSP-Officer"]
        return {**found, "headers": [*kept, *(("X-LGSP-Officer", value) for value in values)]}

    named = request(officer=OFFICER)
    yield "officer sent but not signed", "signature-invalid", sent(request(), OFFICER)
    yield "officer signed but not sent", "signature-invalid", sent(named)
    yield "officer changed", "signature-invalid", sent(named, "cb.0043@sokhcn")
    yield "officer sent twice", "header-repeated", sent(named, OFFICER, OFFICER)
    yield "officer of letters nobody signs", "malformed-request", sent(named, "cán bộ".encode().decode("latin-1"))
    yield (
        "officer beside a procedure it was signed without",
        "signature-invalid",
        {
            **sent(named, OFFICER),
            "headers": [*sent(named, OFFICER)["headers"], ("X-LGSP-Procedure", PROCEDURE)],
        },
    )
    both = request(procedure=PROCEDURE, officer=OFFICER)
    order = '"x-lgsp-procedure" "x-lgsp-officer"', '"x-lgsp-officer" "x-lgsp-procedure"'
    turned = [(name, value.replace(*order) if name == "Signature-Input" else value) for name, value in both["headers"]]
    yield "officer listed before the procedure", "signature-invalid", {**both, "headers": turned}


def _written(name: str, found: dict, code: str) -> dict:
    path, _, query = found["target"].partition("?")
    params = dict(found["headers"]).get("Signature-Input", "=").partition("=")[2]
    headers = dict(found["headers"])
    written = {
        "name": name,
        "expected": code,
        "request": {
            "method": found["method"],
            "target": found["target"],
            "headers": [["Host", found["host"]], *map(list, found["headers"])],
            "body_base64": base64.b64encode(found["body"]).decode(),
        },
    }
    if code == "accepted":
        written["signature_base"] = signature_base(
            method=found["method"],
            authority=found["host"],
            path=path,
            query=f"?{query}",
            digest=headers["Content-Digest"],
            grant=KEY.grant,
            purpose=KEY.purpose,
            params=params,
            procedure=headers.get("X-LGSP-Procedure", ""),
            officer=headers.get("X-LGSP-Officer", ""),
        ).decode()
    return written


def document() -> str:
    """Return the file."""
    vectors = [_written(name, found, "accepted") for name, found in accepted()]
    vectors += [_written(name, found, code) for name, code, found in refused()]
    whole = {
        "profile": "lgsp-1",
        "about": "Test vectors of the LGSP signing profile (docs/calling.md). The keys are for these vectors alone.",
        "now": NOW,
        "access_key": KEY.access_key,
        "secret": KEY.secret,
        "algorithm": "hmac-sha256",
        "hosts": [HOST, "api.lgsp.example"],
        "vectors": vectors,
    }
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
    sys.stdout.write(f"{FILE.name}\n")
