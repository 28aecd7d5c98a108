"""Addresses found by their first step are those that Django finds by trying all of them."""

import re
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, include, path, re_path, reverse
from django.urls.resolvers import RoutePattern

from core.web.dispatch import Directory, directory

# A value each converter takes, and what stands in an address that names none.
VALUES = {
    "int": "7",
    "slug": "mot-ten",
    "str": "H60.02",
    "path": "a/b",
    "uuid": "6f1c1c3e-3a39-4d1c-9a5e-1f0a7c1d2b3c",
}
STRANGE = ["khong-co/", "quan-tri/khong-co/", "quan-tri/khong-co", "api/v1/khong-co", "co-quan", "ket-noi/x/y/", "//"]


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for item in patterns:
        whole = before + str(item.pattern).lstrip("^")
        if isinstance(item, URLResolver):
            yield from routes(item.url_patterns, whole)
        else:
            yield whole


def filled(route: str) -> str:
    """Return an address of *route*, with values in the place of its names."""
    route = re.sub(r"\(\?P<\w+>([^)]*)\)", lambda found: found[1].split("|")[0] if "|" in found[1] else "a", route)
    return re.sub(r"<(?:(\w+):)?\w+>", lambda found: VALUES[found[1] or "str"], route).rstrip("$")


ADDRESSES = sorted({filled(route) for route in routes(get_resolver("lgsp.urls").url_patterns)})


def plain(item: URLPattern | URLResolver) -> URLPattern | URLResolver:
    """Return *item* as Django's own, with all that lies below it."""
    if not isinstance(item, URLResolver):
        return item
    below = [plain(inner) for inner in item.url_patterns]
    return URLResolver(item.pattern, below, item.default_kwargs, item.app_name, item.namespace)


PLAIN = URLResolver(RoutePattern(""), [plain(item) for item in get_resolver("lgsp.urls").url_patterns])


def answered(resolver: URLResolver, address: str) -> tuple[object, ...] | None:
    """Return what answers an address and how it is called; None for a 404."""
    try:
        found = resolver.resolve(address)
    except Resolver404:
        return None
    return found.func, found.args, found.kwargs, found.view_name, found.route, found.app_names, found.namespaces


def test_there_is_an_address_of_each_kind() -> None:
    assert len(ADDRESSES) > 500
    assert {"", "livez", "co-quan/", "quan-tri/", "api/v1/services/H60.02"} <= set(ADDRESSES)


def test_each_address_is_answered_as_if_all_were_tried() -> None:
    resolver = get_resolver("lgsp.urls")
    found = {address: answered(resolver, "/" + address) for address in [*ADDRESSES, *STRANGE]}
    assert found == {address: answered(PLAIN, address) for address in found}
    assert [address for address in ADDRESSES if found[address] is None] == []


def test_few_are_tried() -> None:
    resolver = get_resolver("lgsp.urls")
    assert len(PLAIN.resolve("bao-cao/").tried) > 200
    for address in ("/bao-cao/", "/quan-tri/", "/quan-tri/accounts/agency/", "/ra-soat/2026/", "/api/v1/services"):
        assert len(resolver.resolve(address).tried) <= 20, address
    with pytest.raises(Resolver404) as missing:
        resolver.resolve("/khong-co/")
    assert len(missing.value.args[0]["tried"]) <= 5


def view(_request: HttpRequest, **_given: object) -> HttpResponse:
    return HttpResponse()


def other(_request: HttpRequest, **_given: object) -> HttpResponse:
    return HttpResponse()


def below(*patterns: URLPattern | URLResolver) -> Directory:
    return directory("goc/", (list(patterns), "app", "space"))


@pytest.mark.parametrize(
    ("patterns", "address", "expected"),
    [
        # What may begin with anything keeps its turn among those that begin with one step.
        ([path("<slug:code>/", view), path("a/", other)], "goc/a/", view),
        ([path("a/", other), path("<slug:code>/", view)], "goc/a/", other),
        ([path("a/", other), path("<slug:code>/", view)], "goc/b/", view),
        ([re_path(r"^(?P<code>[ab])/$", view), path("a/", other)], "goc/a/", view),
        ([path("a/", other), re_path(r"^(?P<code>.*)$", view)], "goc/a/b", view),
        # A beginning that ends within a step fits more than that step.
        ([path("a", include([path("b/", view)])), path("ab/", other)], "goc/ab/", view),
        ([path("", include([path("a/", view)])), path("a/", other)], "goc/a/", view),
        ([path("tep-<int:pk>/", view), path("tep-1/", other)], "goc/tep-1/", view),
        ([path("", view), path("a", other)], "goc/", view),
        ([path("a", other), path("a/", view)], "goc/a", other),
    ],
)
def test_the_first_that_fits_answers(patterns: list[URLPattern | URLResolver], address: str, expected: object) -> None:
    found = below(*patterns).resolve(address)
    assert (found.func, found.namespaces, found.app_names) == (expected, ["space"], ["app"])


@pytest.mark.parametrize("address", ["goc/b/", "goc/a", "khac/a/", ""])
def test_what_fits_nothing_is_missing(address: str) -> None:
    with pytest.raises(Resolver404):
        below(path("a/", view)).resolve(address)


def test_addresses_are_made_from_names_as_before() -> None:
    assert reverse("report", args=["BC-1"]) == "/bao-cao/BC-1/"
    assert reverse("admin:accounts_agency_change", args=[5]) == "/quan-tri/accounts/agency/5/change/"
    assert any(
        isinstance(item, Directory) and item.namespace == admin.site.name
        for item in get_resolver("lgsp.urls").url_patterns
    )
