"""Who may import, call and read what (docs/house.md)."""

import ast
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from tests.house.checkers.project import Source, aliases, dotted, imported, production, sources

# Modules without Django: (pattern of files). They may import each other and nothing else of ours.
PURE = (
    "core/text.py",
    "core/clock.py",
    "core/workdays.py",
    "core/regulation/*.py",
    "core/crypto.py",
    "core/actor.py",
    "core/ids.py",
    "core/keys.py",
    "audit/admission.py",
    "audit/ledger/*.py",
    "audit/sealing/*.py",
)
# What is imported -> where that may be.
DOORS: dict[str, tuple[str, ...]] = {
    "guardian": ("core/rights.py",),
    **dict.fromkeys(
        ("httpx", "httpx2", "requests", "aiohttp", "urllib3", "http.client"),
        ("core/http.py", "broker/*", "lgsp/demo/*"),
    ),
    "urllib.request": ("core/http.py", "broker/*", "lgsp/launch/*"),  # the launcher asks /readyz before packages exist
    "environ": ("lgsp/env.py",),
}
# What is named, written out -> where that may be.
CLOCK = (
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "django.utils.timezone.now",
    "django.utils.timezone.localtime",
    "django.utils.timezone.localdate",
    "time.time",
    "time.time_ns",
)
CLOCK_HOMES = ("core/clock.py", "core/ids.py", "lgsp/launch/*")
ENVIRONMENT = ("os.environ", "os.getenv", "os.putenv", "os.environb")
ENVIRONMENT_HOMES = ("lgsp/env.py", "lgsp/launch/*", "manage.py", "lgsp/asgi.py", "lgsp/celery.py")
ENVIRONMENT_HOMES += ("lgsp/data_plane/worker.py", "lgsp/examples/__main__.py")
SIGNALS = {"pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "pre_init", "post_init"}
BULK = {"bulk_create", "bulk_update", "abulk_create", "abulk_update", "aupdate", "_raw_delete", "raw_delete"}
# A function-local import -> why it has to be one.
LOCAL = {
    ("accounts/apps.py", "accounts.web.signin_facts"): "models may be imported only when all apps are ready",
    ("manage.py", "django.core.management.execute_from_command_line"): "the address of the settings comes first",
}
# A write past auditlog -> why it may be one.
UNTRACKED_WRITES: dict[tuple[str, str], str] = {
    ("catalog/services/operations.py", "bulk_create"): "thousands of new fields of a description; the fact names each",
    (
        "incidents/services/alert_telling.py",
        "update",
    ): "thousands of outbox rows, told together; no model of theirs is tracked",
    ("incidents/services/webhook_queue.py", "bulk_create"): "outbox rows, as above",
    ("accounts/services/letters.py", "bulk_create"): "outbox rows, as above",
    ("accounts/services/notices.py", "bulk_create"): "outbox rows, as above",
    ("accounts/services/notices.py", "bulk_update"): "outbox rows, as above",
    ("accounts/services/notices.py", "update"): "outbox rows, as above; reading one changes no right",
    ("reports/services/last_use.py", "bulk_create"): "moments of nobody in particular, overwritten by a job",
    ("incidents/services/webhooks.py", "update"): "outbox rows, as above; the fact is that of the webhook",
    ("catalog/services/searching.py", "bulk_create"): "words the catalogue is found by, made again from tracked rows",
    ("reports/services/campaigns.py", "bulk_create"): "thousands of rows made at issue; the fact counts the agencies",
    ("incidents/services/status_days.py", "bulk_create"): "sums over checks, counted again at will",
}


def contract(root: Path, files: list[Path] | None = None) -> list[str]:
    """Run import-linter on the tree; its contracts are in ``pyproject.toml``."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--config", "pyproject.toml", "--no-cache"]
    environment = {**os.environ, "PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return []
    broken = [
        line.strip() for line in done.stdout.splitlines() if " is not allowed to import " in line or "->" in line
    ]
    return broken or [done.stdout[-2000:] + done.stderr[-2000:]]


def pure(root: Path, files: list[Path] | None = None) -> list[str]:
    """Find what the modules without Django import all the same."""
    allowed = {name.removesuffix("*.py").removesuffix(".py").rstrip("/").replace("/", ".") for name in PURE}
    return [
        f"{source.name}:{line}: imports {name}, but must do without Django and without the rest of the house"
        for source in production(root, files)
        if _at(source.name, PURE)
        for line, name in imported(source.tree)
        if name.startswith(("django", "rest_framework", "celery", "allauth"))
        or (name.startswith("core.") and not any(_inside(name, home) for home in allowed))
    ]


def doors(root: Path, files: list[Path] | None = None) -> list[str]:
    """Find imports of libraries that have one door."""
    return [
        f"{source.name}:{line}: imports {name}; only {' and '.join(homes)} may"
        for source in production(root, files)
        for line, name in imported(source.tree)
        for library, homes in DOORS.items()
        if _inside(name, library) and not _at(source.name, homes)
    ]


def clocks(root: Path, files: list[Path] | None = None) -> list[str]:
    """Find readings of the clock outside ``core.clock``, called or handed over."""
    return _named(root, files, CLOCK, CLOCK_HOMES, "ask core.clock")


def environment(root: Path, files: list[Path] | None = None) -> list[str]:
    """Find readings of the process environment outside ``lgsp.env``."""
    return _named(root, files, ENVIRONMENT, ENVIRONMENT_HOMES, "register the variable in lgsp/env.py")


def signals(root: Path, files: list[Path] | None = None) -> list[str]:
    """Find model signals: nothing of ours listens to them."""
    return [
        f"{source.name}:{line}: uses {name.rsplit('.', 1)[1]}; say it in the service"
        for source in production(root, files)
        for line, name in imported(source.tree)
        if name.rsplit(".", 1)[-1] in SIGNALS
    ]


def local_imports(root: Path, files: list[Path] | None = None) -> list[str]:
    """Find imports inside functions that are not excused, and excuses nobody needs any more."""
    found: list[str] = []
    used: set[tuple[str, str]] = set()
    for source in production(root, files):
        if not any(node.col_offset for node in source.every(ast.Import, ast.ImportFrom)):
            continue  # all of them at the top
        functions = source.every(ast.FunctionDef, ast.AsyncFunctionDef)
        for line, name in {item for function in functions for item in imported(function)}:
            if (source.name, name) in LOCAL:
                used.add((source.name, name))
            else:
                found.append(f"{source.name}:{line}: imports {name} inside a function")
    gone = [f"{path}: the excuse for importing {name} is no longer needed" for path, name in LOCAL.keys() - used]
    return sorted(found) + (sorted(gone) if files is None else [])


def prints(root: Path, files: list[Path] | None = None) -> list[str]:
    """Find print(): the product logs, commands write to ``self.stdout``; only the launcher talks to a terminal."""
    return [
        f"{source.name}:{node.lineno}: prints; log it, or write to self.stdout"
        for source in production(root, files)
        if not source.name.startswith("lgsp/launch/")
        for node in source.every(ast.Call)
        if getattr(node.func, "id", "") in ("print", "pprint", "breakpoint")
    ]


def one_way_migrations(root: Path, files: list[Path] | None = None) -> list[str]:
    """Find RunSQL and RunPython without their way back (an explicit ``noop`` is one)."""
    return [
        f"{source.name}:{node.lineno}: {name} without a way back"
        for source in sources(root, files, ".py")
        if "/migrations/" in source.name
        for node in source.every(ast.Call)
        if (name := getattr(node.func, "attr", "")) in ("RunSQL", "RunPython")
        and len(node.args) < 2
        and not {"reverse_sql", "reverse_code"} & {item.arg for item in node.keywords}
    ]


def untracked_writes(root: Path, files: list[Path] | None = None) -> list[str]:
    """Find writes that escape the field history: ``QuerySet.update()``, ``bulk_create()`` and their kin."""
    return [
        f"{source.name}:{line}: .{name}() escapes the field history; load, change, save"
        for source in production(root, files)
        for line, name in _bulk_calls(source)
        if (source.name, name) not in UNTRACKED_WRITES
    ]


def _bulk_calls(source: Source) -> Iterator[tuple[int, str]]:
    for node in source.every(ast.Call):
        if isinstance(node.func, ast.Attribute):
            name = node.func.attr
            # QuerySet.update takes keywords only; dict.update and set.update take a positional argument.
            if name in BULK or (name == "update" and node.keywords and not node.args):
                yield node.lineno, name


def _named(
    root: Path, files: list[Path] | None, names: tuple[str, ...], homes: tuple[str, ...], remedy: str
) -> list[str]:
    found, last = [], {name.rpartition(".")[2] for name in names}
    for source in production(root, files):
        if _at(source.name, homes):
            continue
        known = aliases(source.tree)
        attributes = (node for node in source.every(ast.Attribute) if node.attr in last)
        for node in (*attributes, *source.every(ast.Name)):
            if (name := dotted(node, known)) in names:
                found.append(f"{source.name}:{node.lineno}: reads {name}; {remedy}")
    return found


def _at(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _inside(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


CHECKS: dict[str, Callable[..., list[str]]] = {
    "contract": contract,
    "pure": pure,
    "doors": doors,
    "clocks": clocks,
    "environment": environment,
    "signals": signals,
    "local_imports": local_imports,
    "prints": prints,
    "one_way_migrations": one_way_migrations,
    "untracked_writes": untracked_writes,
}
