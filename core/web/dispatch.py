"""Addresses found by their first step: a list of hundreds is not tried one after the other on every request."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from django.urls import URLPattern, URLResolver, include, path
from django.urls.resolvers import ResolverMatch, RoutePattern
from django.utils.functional import cached_property

Pattern = URLPattern | URLResolver


class Directory(URLResolver):
    """Resolves as its base does, but tries only those addresses whose first step is that of the path.

    Django asks each address in turn and notes each that does not fit: 300 searches, and as many lists, for one page.
    Order still counts among the addresses that may fit.
    """

    def resolve(self, path: str) -> ResolverMatch:
        """Return what answers *path*; raises ``Resolver404`` where nothing does."""
        inside = self.pattern.match(path)
        first = inside[0].partition("/")[0] if inside else ""
        return self._parts.get(first, self._others).resolve(path)

    @cached_property
    def _parts(self) -> dict[str, URLResolver]:
        steps = {step for item in self.url_patterns if (step := _first_step(item)) is not None}
        return {step: self._part(step) for step in steps}

    @cached_property
    def _others(self) -> URLResolver:
        return self._part(None)

    def _part(self, step: str | None) -> URLResolver:
        fitting = [item for item in self.url_patterns if _first_step(item) in (step, None)]
        return URLResolver(self.pattern, fitting, self.default_kwargs, self.app_name, self.namespace)


def directory(route: str, *lists: Any) -> Directory:
    """Join *lists* of addresses (modules by name, or what ``include`` takes) below *route*, as ``path`` would."""
    named = lists[0] if isinstance(lists[0], tuple) else include(list(_joined(lists)))
    made = path(route, named)
    return Directory(made.pattern, made.urlconf_name, made.default_kwargs, made.app_name, made.namespace)


def _joined(modules: tuple[str, ...]) -> Iterator[Pattern]:
    for module in modules:
        yield from import_module(module).urlpatterns


def _first_step(item: Pattern) -> str | None:
    """Return the step of a path that *item* always begins with; None where it may begin with any."""
    if not isinstance(item.pattern, RoutePattern):
        return None
    step, slash, _rest = str(item.pattern).partition("/")
    whole = bool(slash) or isinstance(item, URLPattern)
    return step if whole and "<" not in step else None
