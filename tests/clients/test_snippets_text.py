"""What every snippet says, taken apart: pieces of its signature against the vectors, its values, its secret."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from broker.signing import COMPONENTS, signature_params
from connections.snippets import LANGUAGES, snippets_for
from connections.snippets.target import target_of

VECTORS = json.loads((Path(__file__).resolve().parents[2] / "docs" / "vectors" / "lgsp-1.json").read_text())
ACCEPTED = [row for row in VECTORS["vectors"] if row["expected"] == "accepted"]
WRITTEN = {
    "host": "lgsp.example",
    "access_key": "ak_test_1",
    "grant": "QK-1",
    "purpose": "administrative-procedures",
    "service": "administrative-units",
    "version": "v1",
    "method": "POST",
    "path": "/communes",
    "body": "{}",
}
# A piece of a text: a literal in either quotes, or a variable; pieces are joined by + or a dot.
_PIECE = re.compile(r""""((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|\$?([A-Za-z_]\w*)""")
COMPOSED = ("python", "javascript", "java", "csharp", "php")


def text_of(language: str, **changes: str) -> str:
    return next(row.text for row in snippets_for(**{**WRITTEN, **changes}) if row.language == language)


def composed(expression: str, values: dict[str, str]) -> str:
    """Work an expression of literals and variables out, as its language would."""
    parts = []
    for double, single, name in _PIECE.findall(expression):
        literal = double or single
        parts.append(values[name] if name else literal.replace('\\"', '"').replace("\\'", "'"))
    return "".join(parts)


@pytest.mark.parametrize("language", COMPOSED)
@pytest.mark.parametrize("vector", ACCEPTED, ids=lambda row: row["name"])
def test_the_text_signed_is_that_of_the_vector(language: str, vector: dict[str, Any]) -> None:
    """Its lines and its parameters, composed from the snippet's own pieces, are the bytes of the vector."""
    sent = vector["request"]
    headers = dict(sent["headers"])
    named = {what: headers.get(f"X-LGSP-{what.capitalize()}", "") for what in ("procedure", "officer")}
    text = text_of(language, **named)
    path, _, query = sent["target"].partition("?")
    params = headers["Signature-Input"].removeprefix("lgsp=")
    values = {
        "method": sent["method"],
        "authority": headers["Host"],
        "path": path,
        "query": query,
        "digest": headers["Content-Digest"],
        "grant": headers["X-LGSP-Grant"],
        "purpose": headers["X-LGSP-Purpose"],
        **named,
    }
    lines = [line for line in text.splitlines() if re.match(r"""\s*['"]\\?"[@a-z-]+\\?": """, line)]
    name = "params" if language in ("python", "javascript") else "parameters"
    assert "\n".join(composed(line, {**values, name: params}) for line in lines) == vector["signature_base"]


@pytest.mark.parametrize(
    "named", [{}, {"procedure": "1.004946"}, {"officer": "cb01"}, {"procedure": "1", "officer": "2"}]
)
@pytest.mark.parametrize("language", COMPOSED)
def test_the_parameters_are_those_of_the_profile(language: str, named: dict[str, str]) -> None:
    text = text_of(language, **named)
    known = {"created": "1790000000", "nonce": "N" * 22, "accessKey": "ak_test_1", "access_key": "ak_test_1"}
    started = (
        text.index('content-digest\\" \\"x-lgsp') if '\\"@method\\" ' in text else text.index('"content-digest" "x-')
    )
    begin = text.rindex("\n", 0, started)
    lines = text[begin:].strip("\n").split("\n")[: 4 + len(named) if named else 3]
    expression = "\n".join(lines)
    for call in ("str(int(time.time()))", "Math.floor(Date.now() / 1000)"):
        expression = expression.replace(call, "created")
    for call in ("secrets.token_urlsafe(16)", 'randomBytes(16).toString("base64url")'):
        expression = expression.replace(call, "nonce")
    assert composed(expression, known) == signature_params(
        created=1790000000, nonce=known["nonce"], keyid="ak_test_1", **named
    )


def test_the_shell_names_the_components_in_order() -> None:
    text = text_of("curl")
    assert "PARAMS='(" + " ".join(f'"{name}"' for name in COMPONENTS) + ")'" in text
    lines = re.findall(r'^(?:TEXT=")?\\"([@a-z-]+)\\": ', text, re.MULTILINE)
    assert lines == [*COMPONENTS, "@signature-params"]


@pytest.mark.parametrize("language", [row.code for row in LANGUAGES])
def test_the_secret_comes_from_the_environment(language: str) -> None:
    text = text_of(language)
    assert "LGSP_SECRET" in text
    assert "sk_" not in text


@pytest.mark.parametrize("language", [row.code for row in LANGUAGES])
def test_a_question_has_neither_content_nor_a_key_of_its_deed(language: str) -> None:
    text = text_of(language, method="get", body="{}")
    assert "Content-Type" not in text
    assert "Idempotency-Key" not in text
    assert "«" not in text
    assert not re.search(r"^\[", text, re.MULTILINE)


@pytest.mark.parametrize(
    ("host", "base", "authority"),
    [
        ("lgsp.example", "https://lgsp.example", "lgsp.example"),
        ("LGSP.example:443", "https://lgsp.example", "lgsp.example"),
        ("https://lgsp.example:8443/", "https://lgsp.example:8443", "lgsp.example:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", "127.0.0.1:8000"),
        ("http://lgsp.example:80", "http://lgsp.example", "lgsp.example"),
    ],
)
def test_the_authority_is_written_as_clients_write_it(host: str, base: str, authority: str) -> None:
    found = target_of(host, "/x")
    assert (found.base, found.authority) == (base, authority)


@pytest.mark.parametrize("host", ["", "a b", "lgsp.example/x", "lgsp.example'", "ftp://x", "x\ny", "$(x)", "user@x"])
def test_what_is_no_host_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match="not a host"):
        target_of(host, "/x")


@pytest.mark.parametrize("name", ["access_key", "grant", "purpose", "method"])
def test_a_header_holds_no_line_end(name: str) -> None:
    with pytest.raises(ValueError, match="control character"):
        snippets_for(**{**WRITTEN, name: "a\r\nX-Other: b"})
