"""The snippets of one call, from the texts beside this file."""

import re
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from catalog.relayed import NAMED_BY_CALLER
from connections.snippets import literals
from connections.snippets.target import Target, target_of

_TEXTS = Path(__file__).with_name("texts")
_PLACE = re.compile("«([a-z_]+)»")
_MARKED = re.compile(r"^\[([a-z]+)\]")
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_BODILESS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Language:
    """How a language is called and whether the tests run its snippet against a real broker (else: against vectors)."""

    code: str
    title: StrOrPromise
    literal: literals.Literal
    executed: bool


LANGUAGES = (
    Language("curl", _("curl và openssl"), literals.shell, executed=True),
    Language("python", _("Python, chỉ thư viện chuẩn"), literals.python, executed=True),
    Language("javascript", _("JavaScript (Node.js), không cần gói nào"), literals.javascript, executed=True),
    Language("java", _("Java, chỉ thư viện chuẩn"), literals.java, executed=True),
    Language("csharp", _("C#, chỉ thư viện chuẩn"), literals.csharp, executed=False),
    Language("php", _("PHP, phần mở rộng curl"), literals.php, executed=False),
)


@dataclass(frozen=True, slots=True)
class Snippet:
    """One language's text; ``executed``: the tests run it as it is, else its signature is compared with vectors."""

    language: str
    title: StrOrPromise
    text: str
    executed: bool


def snippets_for(
    *,
    host: str,
    access_key: str,
    grant: str,
    purpose: str,
    service: str,
    version: str,
    method: str,
    path: str,
    body: str = "",
    **named: str,
) -> list[Snippet]:
    """Return the snippets of one call, one for each of :data:`LANGUAGES`.

    ``host`` is an authority (``lgsp.example``, https is meant) or an address (``http://127.0.0.1:8000``); ``path``
    begins behind service and version and may have a query; parameters in it are filled in already. What an address
    cannot hold is percent-encoded as every program would. GET and HEAD send no body; one that begins with ``<`` is
    called XML, any other JSON. *named* says procedure and officer (``catalog.relayed``); both are signed too.
    Raises ``ValueError`` for a host that is none and for control characters in a header.
    """
    method = method.upper()
    target = target_of(host, f"/api/data/{service}/{version}{path}")
    sent = "" if method in _BODILESS else body
    values = {
        "access_key": access_key,
        "grant": grant,
        "purpose": purpose,
        "method": method,
        **dict.fromkeys(NAMED_BY_CALLER, ""),
        **named,
        "content_type": "application/xml" if sent.lstrip().startswith("<") else "application/json",
    }
    _require_printable(values, sent)
    kept = {name for name, true in _conditions(method, sent, values).items() if true}
    return [
        Snippet(row.code, row.title, _written(row, target, {**values, "body": sent}, kept), row.executed)
        for row in LANGUAGES
    ]


def _require_printable(values: dict[str, str], body: str) -> None:
    for name, value in values.items():
        if not value.isprintable():
            raise ValueError(f"{name} holds a control character")
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", body):
        raise ValueError("body holds a control character")


def _conditions(method: str, body: str, values: dict[str, str]) -> dict[str, bool]:
    told = {name: bool(values[name]) for name in NAMED_BY_CALLER}
    named = any(told.values())
    return {
        "body": bool(body),
        "once": method in _CHANGING,
        "head": method == "HEAD",
        "named": named,
        "plain": not named,
        **told,
    }


def _written(language: Language, target: Target, values: dict[str, str], kept: set[str]) -> str:
    """Fill the places of the text in one pass: what was put in is not looked through again."""
    known = {**values, **asdict(target), "address": target.address}
    ready = {name: language.literal(value) for name, value in known.items()}
    # Two words of curl's alone: a header in one piece, and the option that keeps it from waiting for HEAD's content.
    ready["content_type_line"] = language.literal(f"Content-Type: {known['content_type']}")
    ready["method_option"] = "--head" if "head" in kept else f"-X {ready['method']}"
    lines = []
    for line in _lines(language.code):
        mark = _MARKED.match(line)
        if mark is None or mark[1] in kept:
            lines.append(line[mark.end() :] if mark else line)
    return _PLACE.sub(lambda place: ready[place[1]], "\n".join(lines) + "\n")


@cache
def _lines(code: str) -> tuple[str, ...]:
    return tuple((_TEXTS / f"{code}.txt").read_text(encoding="utf-8").splitlines())
