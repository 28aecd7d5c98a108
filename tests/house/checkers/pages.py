"""Which words of a page, a template, a Python file or a script people read."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from tests.house.checkers.language import leaks
from tests.house.checkers.project import production, sources

_SILENT = {"script", "style", "code", "kbd", "pre", "samp", "var"}
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
_SPOKEN = {
    "title",
    "alt",
    "aria-label",
    "aria-description",
    "aria-roledescription",
    "placeholder",
    "data-copied",
    "label",
}
_PRESSED = {"submit", "button", "reset"}
_ICONS = "material-symbols"


class Reader(HTMLParser):
    """Collects (line, text) of everything a person sees or hears on a page."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[tuple[int, str]] = []
        self._open: list[tuple[str, bool]] = []

    def _silent(self) -> bool:
        return any(silent for _tag, silent in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        foreign = given.get("lang", "vi")[:2] not in ("vi", "")
        silent = tag in _SILENT or _ICONS in given.get("class", "") or foreign
        if not self._silent() and not foreign:
            self._attributes(tag, given)
        if tag not in _VOID:
            self._open.append((tag, silent))

    def _attributes(self, tag: str, given: dict[str, str]) -> None:
        spoken = [value for name, value in given.items() if name in _SPOKEN]
        if tag == "input" and given.get("type") in _PRESSED:
            spoken.append(given.get("value", ""))
        if tag == "meta" and given.get("name") == "description":
            spoken.append(given.get("content", ""))
        self.texts += [(self.getpos()[0], value) for value in spoken if value]

    def handle_endtag(self, tag: str) -> None:
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                del self._open[place:]
                return

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._silent():
            self.texts.append((self.getpos()[0], data))


def read(html: str) -> list[tuple[int, str]]:
    """Return (line, text) of everything a person sees or hears."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader.texts


def of_page(html: str, place: str) -> list[str]:
    """Find foreign words on a rendered page."""
    return list(dict.fromkeys(leaks(place, read(html))))


# -- templates -------------------------------------------------------------------------------------
_COMMENTS = re.compile(r"{#.*?#}|{% *comment\b.*?endcomment *%}", re.DOTALL)
_TAGS = re.compile(r"{%-?\s*(\w+)(.*?)%}|{{(.*?)}}", re.DOTALL)
_LITERAL = re.compile(r"""_\(\s*(?:"([^"]*)"|'([^']*)')\s*\)|"([^"]*)"|'([^']*)'""")
# Tags whose literals are names of files, addresses and libraries.
_MECHANICAL = {
    "load",
    "extends",
    "include",
    "url",
    "static",
    "icon",
    "if",
    "elif",
    "else",
    "block",
    "endblock",
    "csrf_token",
    "with",
    "for",
    "widget",
}


def of_templates(root: Path, files: list[Path] | None = None) -> list[str]:
    """Find foreign words in the words and spoken attributes of templates, and in the literals of their tags."""
    found: list[str] = []
    for source in sources(root, files, ".html", ".txt"):
        if not source.name.startswith("templates/"):
            continue
        text = _COMMENTS.sub(_blank, source.text)
        bare = _TAGS.sub(_blank, text)
        texts = read(bare) if source.name.endswith(".html") else list(enumerate(bare.splitlines(), 1))
        found += leaks(source.name, [*texts, *_literals(text)])
    return found


def _blank(match: re.Match[str]) -> str:
    return " " + "\n" * match.group().count("\n")


def _literals(text: str) -> Iterator[tuple[int, str]]:
    for tag in _TAGS.finditer(text):
        line = text.count("\n", 0, tag.start()) + 1
        for match in _LITERAL.finditer(tag.group(2) or tag.group(3) or ""):
            translated, plain = match.group(1) or match.group(2), match.group(3) or match.group(4)
            spoken = translated or (tag.group(1) in ("translate", "trans") and plain)
            worded = plain and tag.group(1) not in _MECHANICAL and (" " in plain or not plain.isascii())
            if spoken or (worded and not re.fullmatch(r"[\d\s:/.,YmdHisjnGj-]+", plain)):
                yield line, translated or plain


# -- Python ----------------------------------------------------------------------------------------
_GETTEXT = {"_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2}
_SHOWN = {
    "verbose_name",
    "verbose_name_plural",
    "help_text",
    "label",
    "empty_label",
    "description",
    "short_description",
}
_SHOWN |= {"search_help_text", "empty_value_display", "site_title", "site_header", "index_title", "site_subheader"}
_HTML = re.compile(r"<[^>]+>")


def of_python(root: Path, files: list[Path] | None = None) -> list[str]:
    """Find foreign words in what Python hands to gettext and to labels."""
    found: list[str] = []
    for source in production(root, files):
        if source.name.startswith("lgsp/launch/"):
            continue
        found += leaks(source.name, sorted(set(_shown(source.tree))))
    return found


def _shown(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        values: list[ast.expr] = []
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            values += node.args[: _GETTEXT.get(name, 0)]
            values += [item.value for item in node.keywords if item.arg in _SHOWN]
        elif isinstance(node, ast.Assign):
            values += [node.value] if any(getattr(item, "id", "") in _SHOWN for item in node.targets) else []
        for value in values:
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.lineno, _HTML.sub(" ", value.value)


# -- scripts ---------------------------------------------------------------------------------------
_JS_COMMENTS = re.compile(r"(?<![:\"'])//[^\n]*|/\*.*?\*/", re.DOTALL)
_JS_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`((?:[^`\\]|\\.)*)`')
_JS_VALUE = re.compile(r"\$\{[^}]*\}")
_SELECTOR = re.compile(r"[\[\]#=>(){}<]|^use strict$|^[a-z-]+(?:[:.][\w-]+)?$|^\.|^[A-Z][\w-]+$")


def of_scripts(root: Path, files: list[Path] | None = None) -> list[str]:
    """Find foreign words in strings of our own scripts that look like sentences."""
    found: list[str] = []
    for source in sources(root, files, ".js"):
        if not source.name.startswith("static/js/"):
            continue
        text = _JS_COMMENTS.sub(_blank, source.text)
        texts = []
        for match in _JS_STRING.finditer(text):
            said = _JS_VALUE.sub(" ", match.group(1) or match.group(2) or match.group(3) or "").strip()
            if not said.isascii() or (" " in said and not _SELECTOR.search(said)):
                texts.append((text.count("\n", 0, match.start()) + 1, said))
        found += leaks(source.name, texts)
    return found


CHECKS = {"templates": of_templates, "python": of_python, "scripts": of_scripts}
