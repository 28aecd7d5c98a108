"""How each language writes a text as a literal: whatever the text holds, it ends where the literal ends."""

import json
import re
from collections.abc import Callable

# Line ends to a C# compiler, besides those that JSON escapes.
_CSHARP_ENDS = re.compile("[\u0085\u2028\u2029]")
_JAVA_SIGNS = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def shell(text: str) -> str:
    """Write for a POSIX shell: between single quotes nothing has a meaning but their end."""
    return "'" + text.replace("'", "'\\''") + "'"


def python(text: str) -> str:
    """Write for Python."""
    return repr(text)


def javascript(text: str) -> str:
    """Write for JavaScript: JSON is a part of it since ECMAScript 2019."""
    return json.dumps(text, ensure_ascii=False)


def java(text: str) -> str:
    r"""Write for Java in ASCII, for a source file has the encoding of its machine.

    A Java compiler replaces ``\uXXXX`` before it looks for quotes and line ends, so no sign of ASCII takes that form.
    """
    return '"' + "".join(map(_java_sign, text)) + '"'


def _java_sign(sign: str) -> str:
    if sign in _JAVA_SIGNS:
        return _JAVA_SIGNS[sign]
    if sign.isascii():
        return sign if sign.isprintable() else f"\\{ord(sign):03o}"
    units = sign.encode("utf-16-be")
    return "".join(f"\\u{units[place : place + 2].hex()}" for place in range(0, len(units), 2))


def csharp(text: str) -> str:
    """Write for C#: the escapes of JSON are C#'s too, but for the slash, which is not escaped here."""
    return _CSHARP_ENDS.sub(lambda found: f"\\u{ord(found[0]):04x}", javascript(text))


def php(text: str) -> str:
    """Write for PHP between single quotes, where no variable is looked for."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


Literal = Callable[[str], str]
