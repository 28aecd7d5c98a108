"""Which words of a page, a template, a Python file or a script people read."""

import ast
import re
import unicodedata
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

from tests.house.checkers.language import leaks
from tests.house.checkers.project import Source, every, production, sources

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


def of_page(html: str, place: str, allowed: Iterable[str] = ()) -> list[str]:
    """Find foreign words on a rendered page; *allowed* are signs that the data carries, such as short names."""
    return list(dict.fromkeys(leaks(place, read(html), allowed)))


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
_ATTRIBUTES = {"placeholder", "aria-label", "title"}  # of widgets, as keys of a dictionary
# Calls whose words a person reads: messages, refusals, errors of forms and commands.
_SPEAKING = {"success", "error", "warning", "info", "message_user", "ValidationError", "CommandError", "format_html"}
_SPEAKING |= {"InvalidInput", "StateRefused", "PermissionRefused", "GuardRefused", "NoLongerValid", "TooMany"}
_LOGGERS = {"log", "logger", "_log", "_logger"}
_HTML = re.compile(r"<[^>]+>")
_MARKS = set("ăâđêôơưĂÂĐÊÔƠƯ")
# Texts for programmers and operators name fields, headers and commands; sample data is data.
_TECHNICAL = re.compile(r"^lgsp/|/api/|/management/|/demo\w*\.py$")
_SENTENCE = re.compile(r"\w\W* \W*\w")


def of_python(root: Path, files: list[Path] | None = None) -> list[str]:
    """Find foreign words in what Python hands to gettext, labels and messages, and in any Vietnamese sentence."""
    found: list[str] = []
    for source in _speaking_python(root, files):
        shown = set(_shown(source.tree))
        if not _TECHNICAL.search(source.name):
            shown |= set(_said(_sentences(source.tree)))
        found += leaks(source.name, sorted(shown))
    return found


def untranslated(root: Path, files: list[Path] | None = None) -> list[str]:
    """Find Vietnamese labels and messages that are not wrapped in gettext: they could never be shown otherwise."""
    return [
        f"{source.name}:{value.lineno}: wrap in gettext: «{said.strip()[:60]}»"
        for source in _speaking_python(root, files)
        if not _TECHNICAL.search(source.name)
        for value in sorted(_spoken(source.tree), key=lambda item: item.lineno)
        if (said := _words_of(value)) and _is_vietnamese(said)
    ]


def _speaking_python(root: Path, files: list[Path] | None) -> Iterator[Source]:
    # The launcher and the trial of given servers speak of commands and variables, to whoever runs the machine.
    for source in production(root, files):
        if not source.name.startswith("lgsp/launch/") and source.name != "lgsp/servers.py":
            yield source


def _is_vietnamese(text: str) -> bool:
    return any(char in _MARKS or unicodedata.decomposition(char) for char in text if char.isalpha())


def _words_of(value: ast.expr) -> str:
    """Return what a string or f-string says, "" for anything else."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    if isinstance(value, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else " {} " for part in value.values)
    return ""


def _spoken(tree: ast.Module) -> Iterator[ast.expr]:
    """Give what is handed straight to labels and to calls that speak."""
    for node in every(tree, ast.Call):
        yield from (item.value for item in node.keywords if item.arg in _SHOWN)
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        owner = getattr(getattr(node.func, "value", None), "id", "")
        if name in _SPEAKING and owner not in _LOGGERS:
            yield from node.args
    for node in every(tree, ast.Assign):
        if any(getattr(item, "id", "") in _SHOWN for item in node.targets):
            yield node.value
    for node in every(tree, ast.Dict):
        named = zip(node.keys, node.values, strict=True)
        yield from (value for key, value in named if isinstance(key, ast.Constant) and key.value in _ATTRIBUTES)


def _shown(tree: ast.Module) -> Iterator[tuple[int, str]]:
    labels = (value for value in _spoken(tree) if _SENTENCE.search(_words_of(value)) or _is_label(value))
    yield from _said((*labels, *_translated(tree)))


def _said(values: Iterable[ast.expr]) -> Iterator[tuple[int, str]]:
    for value in values:
        if said := _words_of(value):
            yield value.lineno, _HTML.sub(" ", said)


def _translated(tree: ast.Module) -> Iterator[ast.expr]:
    for node in every(tree, ast.Call):
        yield from node.args[: _GETTEXT.get(getattr(node.func, "id", getattr(node.func, "attr", "")), 0)]


def _sentences(tree: ast.Module) -> Iterator[ast.expr]:
    """Give every string of several words that has a Vietnamese letter, wherever it stands."""
    silent = _docstrings(tree)
    silent |= {id(part) for node in every(tree, ast.JoinedStr) for part in node.values}
    for node in every(tree, ast.Constant, ast.JoinedStr):
        if id(node) not in silent:
            said = _words_of(node)
            if _SENTENCE.search(said) and _is_vietnamese(said):
                yield node


def _is_label(value: ast.expr) -> bool:
    """Return whether one word could be a label: codes are written small."""
    return _words_of(value)[:1].isupper()


def _docstrings(tree: ast.Module) -> set[int]:
    bodies = (node.body for node in every(tree, ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
    return {id(body[0].value) for body in bodies if body and isinstance(body[0], ast.Expr)}


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


CHECKS = {"templates": of_templates, "python": of_python, "gettext": untranslated, "scripts": of_scripts}
