"""Pages that belong to no domain: health, theme."""

from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

THEMES = ("", "light", "dark")


@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether database, cache and migrations let the product serve; 503 names the part that does not."""
    checks = {"database": _attempt(_database), "redis": _attempt(_redis), "migrations": _attempt(_migrations)}
    ready = all(checks.values())
    body = {
        "status": "ok" if ready else "unavailable",
        "checks": {name: "ok" if ok else "failed" for name, ok in checks.items()},
    }
    return JsonResponse(body, status=200 if ready else 503)


def _attempt(check: Any) -> bool:
    try:
        return bool(check())
    except Exception:
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select 1")
        return cursor.fetchone() == (1,)


def _redis() -> bool:
    cache.set("readyz", "1", 10)
    return cache.get("readyz") == "1"


class _Migrations:
    """Whether the database has every migration of this code.

    Reading all migration files takes a second of a processor; once they were all applied, it is enough to see that
    none of them has gone since, as after a restore.
    """

    def __init__(self) -> None:
        self._seen: frozenset[tuple[str, str]] | None = None

    def __call__(self) -> bool:
        applied = frozenset(MigrationRecorder(connection).applied_migrations())
        if self._seen is not None and self._seen <= applied:
            return True
        executor = MigrationExecutor(connection)
        whole = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        self._seen = applied if whole else None
        return whole


_migrations = _Migrations()


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or the device's own theme, then go back."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    response = redirect(target)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        response.set_cookie(
            "lgsp_theme", chosen, max_age=31_536_000, samesite="Lax", httponly=True, secure=settings.SECURE
        )
    return response
