"""Which data is shared already: citizens and agencies are not asked for it again (QC4.4)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction

from catalog.choices import CALLABLE
from core.text import fold, tidy

# How alike two texts are before one points to the other; how many fields are asked at once, how many of them by
# likeness, which costs most (15 ms each among 200,000 fields, the same words 5 ms); how many answers to each.
ALIKE, MOST_ASKED, MOST_GUESSED, MOST_EACH = 0.6, 100, 20, 3
# Text this long says what it means; "code", "name" and "Tên" alone do not.
TELLING = 6
_SQL = """
select a.name, a.label, x.code, x.title, x.provider, x.name, x.label
from unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::text[]) with ordinality
  as a(name, label, search, same_label, same_name, place)
cross join lateral (
  select * from (
    select distinct on (s.id) s.code, s.title, g.name as provider, e.name, e.label, s.sort_key,
      similarity(e.search, a.search) as alike
    from catalog_dataelement e
    join catalog_operation o on o.id = e.operation_id
    join catalog_serviceversion v on v.id = o.version_id and v.state = any(%s)
    join catalog_dataservice s on s.id = v.service_id and s.id <> %s
    join accounts_agency g on g.id = s.provider_id
    where {alike}
    order by s.id, similarity(e.search, a.search) desc, e.id
  ) each order by alike desc, sort_key limit %s
) x
order by a.place, x.alike desc
"""

_SAME, _NEAR = "e.search like a.same_label or e.search like a.same_name", "e.search %% a.search"


@dataclass(frozen=True, slots=True)
class SharedField:
    """A field asked about, and a field of a published service that says the same."""

    name: str
    label: str
    service_code: str
    service_title: str
    provider: str
    found_name: str
    found_label: str


def already_shared(names_and_labels: Iterable[tuple[str, str]], *, besides: int | None) -> list[SharedField]:
    """Return fields of published services that hold what *names_and_labels* ask for, the likest first of each.

    Alike means: the same meaning with case and diacritics folded, the same telling name, or nearly the same text.
    Service *besides* is left out. At most ``MOST_ASKED`` fields are asked, in a constant number of statements; those
    without the same words are looked for by likeness, ``MOST_GUESSED`` at most.
    """
    told = dict.fromkeys((tidy(name), tidy(label)) for name, label in names_and_labels)
    asked = [(name, label) for name, label in told if len(label) >= TELLING or (label and len(name) >= TELLING)]
    asked = asked[:MOST_ASKED]
    if not asked:
        return []
    found = _rows(_SAME, asked, besides)
    known = {(item.name, item.label) for item in found}
    rest = [item for item in asked if item not in known]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("select set_config('pg_trgm.similarity_threshold', %s, true)", [str(ALIKE)])
        found += _rows(_NEAR, rest[:MOST_GUESSED], besides)
        cursor.execute("select set_config('pg_trgm.similarity_threshold', '0.3', true)")
    places = {item: place for place, item in enumerate(asked)}
    return sorted(found, key=lambda item: places[item.name, item.label])


def _rows(alike: str, asked: list[tuple[str, str]], besides: int | None) -> list[SharedField]:
    columns = [
        [name for name, _label in asked],
        [label for _name, label in asked],
        [fold(f"{label} {name}") for name, label in asked],
        [f"{_plain(fold(label))} %" if len(label) >= TELLING else "" for _name, label in asked],
        [f"% {_plain(fold(name))}" if len(name) >= TELLING else "" for name, _label in asked],
    ]
    with connection.cursor() as cursor:
        states = [state.value for state in CALLABLE]
        cursor.execute(_SQL.format(alike=alike), [*columns, states, besides or 0, MOST_EACH])
        return [SharedField(*row) for row in cursor.fetchall()]


def _plain(text: str) -> str:
    """Return *text* as a LIKE pattern that means just it."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
