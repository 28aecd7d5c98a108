"""Which files are ours, and how to read them."""

import ast
import gc
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar

Node = TypeVar("Node", bound=ast.AST)

ROOT = Path(__file__).resolve().parents[3]
PACKAGES = ("core", "audit", "accounts", "catalog", "connections", "broker", "incidents", "reports", "lgsp")
# Where there is no repository (a planted copy), these are never ours.
_FOREIGN = {".git", ".venv", ".data", ".cache", "__pycache__", "node_modules", "staticfiles"}


def files_of(root: Path) -> list[Path]:
    """Return the files git knows or would take below *root*; every file where there is no repository."""
    if (root / ".git").exists():
        command = ["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "-z"]
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode()
        return sorted(path for name in listed.split("\0") if name and (path := root / name).is_file())
    found = (path for path in root.rglob("*") if path.is_file())
    return sorted(path for path in found if not _FOREIGN & set(path.relative_to(root).parts))


@dataclass(frozen=True)
class Source:
    """One file: its name from the root, and what it says."""

    name: str
    text: str

    @property
    def lines(self) -> int:
        """Number of lines."""
        return len(self.text.splitlines())

    @property
    def tree(self) -> ast.Module:
        """The parsed Python module; ``parents`` and ``dotted`` below work on its nodes."""
        return _parsed(self.name, self.text)

    def every(self, *kinds: type[Node]) -> Iterator[Node]:
        """Give the nodes of *kinds*, one kind after another."""
        return every(self.tree, *kinds)


@cache
def _parsed(name: str, text: str) -> ast.Module:
    with _kept():
        return ast.parse(text, name)


@contextmanager
def _kept() -> Iterator[None]:
    """Make many things that stay: searching them for garbage took four times as long as parsing."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def every(tree: ast.AST, *kinds: type[Node]) -> Iterator[Node]:
    """Give the nodes of *kinds* below *tree*, one kind after another."""
    found = _by_kind(tree)
    return chain.from_iterable(found.get(kind, ()) for kind in kinds)


@cache
def _by_kind(tree: ast.AST) -> dict[type, list[Any]]:
    """Return every node below *tree* by what it is: a dozen rules look through them."""
    with _kept():
        found: dict[type, list[Any]] = defaultdict(list)
        for node in ast.walk(tree):
            found[type(node)].append(node)
        return dict(found)


def sources(root: Path, files: list[Path] | None, *suffixes: str) -> Iterator[Source]:
    """Give every readable text file with one of *suffixes* (any when none is named)."""
    everything = (
        _of_project() if root == ROOT and files is None else _read(root, files_of(root) if files is None else files)
    )
    for source in everything:
        if not suffixes or source.name.endswith(suffixes):
            yield source


@cache
def _of_project() -> tuple[Source, ...]:
    return tuple(_read(ROOT, None))


def _read(root: Path, files: list[Path] | None) -> Iterator[Source]:
    for path in files_of(root) if files is None else files:
        with suppress(UnicodeDecodeError):
            yield Source(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))


def production(root: Path, files: list[Path] | None = None) -> Iterator[Source]:
    """Give the Python that runs in production: the nine packages and ``manage.py``, without migrations."""
    for source in sources(root, files, ".py"):
        top = source.name.split("/")[0]
        if (top in PACKAGES or source.name == "manage.py") and "/migrations/" not in source.name:
            yield source


def aliases(tree: ast.Module) -> dict[str, str]:
    """Return what each imported name stands for, written out: ``{"timezone": "django.utils.timezone"}``."""
    found: dict[str, str] = {}
    for node in every(tree, ast.Import):
        for item in node.names:
            found[item.asname or item.name.split(".")[0]] = item.name if item.asname else item.name.split(".")[0]
    for node in every(tree, ast.ImportFrom):
        if node.module and not node.level:
            found |= {item.asname or item.name: f"{node.module}.{item.name}" for item in node.names}
    return found


def dotted(node: ast.expr, names: dict[str, str]) -> str:
    """Return ``a.b.c`` written out through the imports, "" for anything else."""
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        before = dotted(node.value, names)
        return f"{before}.{node.attr}" if before else ""
    return ""


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Give line and full name of everything the tree imports (``from a import b`` is ``a.b``)."""
    for node in every(tree, ast.Import):
        yield from ((node.lineno, item.name) for item in node.names)
    for node in every(tree, ast.ImportFrom):
        if node.module:
            yield from ((node.lineno, f"{node.module}.{item.name}") for item in node.names)
