"""How long things may be, and names that say nothing."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.checkers.project import Source, production, sources

FILE, SETTINGS, TEMPLATE, CLASS, FUNCTION = 400, 120, 150, 200, 40
# Where things land that nobody could name.
ATTICS = {"utils", "util", "helpers", "helper", "common", "mixins", "misc", "stuff", "tools"}


def check(root: Path, files: list[Path] | None = None) -> list[str]:
    """Find files, classes and functions that are too long, and files named for nothing."""
    found: list[str] = []
    for source in production(root, files):
        limit = SETTINGS if source.name.startswith("lgsp/settings/") else FILE
        found += _too_long(source, limit)
        found += _parts(source)
        attic = ATTICS & set(source.name.removesuffix(".py").split("/"))
        found += [f"{source.name}: name it after what it holds, not «{name}»" for name in attic]
    for source in sources(root, files, ".html", ".txt"):
        if source.name.startswith("templates/"):
            found += _too_long(source, TEMPLATE)
    return found


def _too_long(source: Source, limit: int) -> list[str]:
    return [f"{source.name}: {source.lines} lines, at most {limit}"] if source.lines > limit else []


def _parts(source: Source) -> Iterator[str]:
    for node in source.every(ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef):
        limit = CLASS if isinstance(node, ast.ClassDef) else FUNCTION
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length > limit:
            yield f"{source.name}:{node.lineno}: {node.name} has {length} lines, at most {limit}"
