"""Finding in the catalogue: one statement over ``ServiceEntry`` searches, counts the facets and gives one page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import TextChoices
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from catalog.choices import PersonalData, ServiceState, SharingClass, SharingMethod
from catalog.words import MOST, holding, pairs_of, spaced, words_of
from core.text import sort_key

SORTS = ("relevance", "newest", "used")
# A service is near what was typed when this much of it is like a part of its title.
LIKENESS = 0.45
# Facets by their name in the address: what they narrow, and the texts of their values.
_CODED: dict[str, tuple[str, type[TextChoices]]] = {
    "share": ("sharing_class", SharingClass),
    "method": ("sharing_method", SharingMethod),
    "personal": ("personal_data", PersonalData),
    "state": ("state", ServiceState),
}
# What a state means to who looks for data.
_OFFERED: dict[str, StrOrPromise] = {ServiceState.PUBLISHED.value: _("Đang cung cấp")}
# Facets whose values are rows: where they stand, and what is shown of them; the last orders them, else their name.
_NAMED = {
    "provider": ("accounts_agency", "code, name, sort_key"),
    "sector": ("catalog_sector", "code, title, ''"),
}
_CONDITIONS = {
    "provider": "provider_id in (select id from accounts_agency where code = any(%s))",
    "sector": "sector_id in (select id from catalog_sector where code = any(%s))",
    **{name: f"{column} = any(%s)" for name, (column, _labels) in _CODED.items()},
}
FACETS = tuple(_CONDITIONS)
_BESIDE = (
    "select service_id from unnest(array[%s]) as beside(query)"
    " join catalog_serviceentry as held on held.words @@ beside.query::tsquery"
)
# part of the answer, value, label, order, number
Row = tuple[str, str, str, str, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a reader looks for: words as typed, for each facet the values chosen, and the order.

    ``terms`` are the folded words that are searched; they differ from those typed where a slip was put right.
    ``near`` is set when nothing holds the words: then titles that are like them are wanted.
    """

    words: str = ""
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()
    sort: str = "relevance"
    terms: tuple[str, ...] = ()
    near: bool = False

    @classmethod
    def asked(cls, words: str, chosen: dict[str, Sequence[str]], sort: str = "") -> "Wanted":
        """Return what the address asks for; an unknown order is the first."""
        kept = tuple((name, tuple(values)) for name, values in chosen.items() if name in _CONDITIONS and values)
        terms = tuple(words_of(words)[:MOST])
        return cls(words, kept, sort if sort in SORTS else SORTS[0], terms)

    @property
    def active(self) -> int:
        """How many conditions narrow the list."""
        return bool(self.words) + self.filters

    @property
    def filters(self) -> int:
        """How many facet values are ticked."""
        return sum(len(values) for _name, values in self.chosen)


def found_rows(wanted: Wanted, start: int, size: int) -> list[Row]:
    """Find and count in one statement: rows of (part, value, label, order, number)."""
    values: list[Any] = []
    parts: list[str] = []

    def add(text: str, *given: Any) -> None:
        parts.append(text)
        values.extend(given)

    source, given = _source(wanted)
    rank, ranked = _rank(wanted)
    columns = "service_id, provider_id, sector_id, sharing_class, sharing_method, personal_data, state"
    head = (
        f"with m as materialized (select {columns}, published_at, sort_key, {rank} as rank"  # noqa: S608
        f" from {source}) "
    )
    add("select 'all' as part, '' as value, '' as label, '' as place, count(*) as number from m")
    for name in FACETS:
        _add_facet(add, wanted, name)
    conditions, chosen = _conditions(wanted, "")
    add(f"select 'found', '', '', '', count(*) from m where {conditions}", *chosen)  # noqa: S608
    order, ordered = _order(wanted)
    page = f"select service_id, row_number() over (order by {order}) as number from m where {conditions}"  # noqa: S608
    add(
        f"select * from (select 'page', service_id::text, '', '', number from ({page}) as numbered"  # noqa: S608
        " where number > %s and number <= %s) as one_page",
        *ordered,
        *chosen,
        start,
        start + size,
    )
    with connection.cursor() as cursor:
        cursor.execute(head + " union all ".join(parts) + " order by 1, 5", [*ranked, *given, *values])
        return cursor.fetchall()


def _source(wanted: Wanted) -> tuple[str, list[Any]]:
    """Return the rows that hold the words; the query is a column, so that the planner asks the index for any word."""
    table = "catalog_serviceentry"
    if wanted.near:
        return f"{table} where word_similarity(%s, title) > %s", [" ".join(wanted.terms), LIKENESS]
    if not wanted.terms:
        return f"{table} where {'false' if wanted.words else 'true'}", []
    return f"unnest(array[%s]) as asked(query) join {table} on words @@ asked.query::tsquery", [holding(wanted.terms)]


def _rank(wanted: Wanted) -> tuple[str, list[Any]]:
    """Return how far a row is from what was asked.

    Nearest are the words beside each other in the title, then in it, in the entry, beside each other in a field.
    """
    terms = wanted.terms
    if wanted.near:
        return "1 - word_similarity(%s, title)", [" ".join(terms)]
    if not terms:
        return "0", []
    each = [f"% {term}%" for term in terms]
    titled, said = (" and ".join([f"{column} like %s"] * len(each)) for column in ("title", "own"))
    text = (
        f"case when title like %s then 0 when {titled} then 1 when {said} then 2"
        f" when service_id in ({_BESIDE}) then 3 else 4 end"
    )
    return text, [f"%{spaced(terms).rstrip()}%", *each, *each, holding(pairs_of(terms) or terms)]


def _order(wanted: Wanted) -> tuple[str, list[Any]]:
    if wanted.sort == "newest":
        return "published_at desc nulls last, sort_key, service_id", []
    if wanted.sort == "used":
        return "array_position(%s::bigint[], service_id) nulls last, sort_key, service_id", [most_used()]
    return "rank, sort_key, service_id", []


def _conditions(wanted: Wanted, without: str) -> tuple[str, list[Any]]:
    kept = [(name, values) for name, values in wanted.chosen if name != without]
    return " and ".join(_CONDITIONS[name] for name, _v in kept) or "true", [list(values) for _n, values in kept]


def _add_facet(add: Callable[..., None], wanted: Wanted, name: str) -> None:
    conditions, given = _conditions(wanted, name)
    if name in _CODED:
        column = _CODED[name][0]
        add(f"select '{name}', {column}, '', '', count(*) from m where {conditions} group by {column}", *given)  # noqa: S608
        return
    table, shown = _NAMED[name]
    grouped = f"select {name}_id, count(*) as number from m where {conditions} group by {name}_id"  # noqa: S608
    add(
        f"select '{name}', {shown}, number from ({grouped}) as one join {table} as named on named.id = {name}_id",  # noqa: S608
        *given,
    )


def number_of(rows: list[Row], part: str) -> int:
    """Return the number of the one row of *part*."""
    return next(row[4] for row in rows if row[0] == part)


def counts_of(rows: list[Row], name: str) -> list[tuple[str, str, int]]:
    """Return (value, label, number) of a facet: agencies and sectors by name, the others in their own order."""
    found = [row for row in rows if row[0] == name]
    if name in _NAMED:
        found.sort(key=lambda row: row[3] or sort_key(row[2]))
        return [(value, label, number) for _part, value, label, _place, number in found]
    numbers = {row[1]: row[4] for row in found}
    return [
        (item.value, str(_OFFERED.get(item.value, item.label)), numbers[item.value])
        for item in _CODED[name][1]
        if item.value in numbers
    ]


def most_used() -> list[int]:
    """Return ids of services by how many agencies use them, as a higher floor counts it (``USAGE_SOURCE``)."""
    source: Callable[[], list[int]] = import_string(settings.USAGE_SOURCE)
    return source()
