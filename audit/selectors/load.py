"""How heavily services are called: admitted calls a day from the call log, one query."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection


@dataclass(frozen=True, slots=True)
class DailyLoad:
    """Admitted calls of a period: of one service by one system under one purpose, or all of a service (system 0).

    ``peak`` is the fullest day, ``first`` the day of the first call in the period.
    """

    service: str
    system_id: int
    purpose: str
    total: int
    peak: int
    first: date


_LOAD = """
with each as materialized (
  select service, system_id, purpose, (received_at at time zone 'Asia/Ho_Chi_Minh')::date as day, sum(calls) as calls
    from audit_intent
   where system_id = any(%s) and received_at >= %s and environment = %s and service = any(%s) and verdict = 'A'
   group by 1, 2, 3, 4)
select service, system_id, purpose, sum(calls), max(calls), min(day) from each group by 1, 2, 3
union all
select service, 0, '', sum(calls), max(calls), min(day)
  from (select service, day, sum(calls) as calls from each group by 1, 2) as whole group by 1
 order by 1, 2, 3
"""


def daily_loads(
    *, services: Iterable[str], systems: Iterable[int], since: datetime, environment: str = "live"
) -> list[DailyLoad]:
    """Return what *systems* called of *services* (codes) since then; refused calls do not count."""
    with connection.cursor() as cursor:
        cursor.execute(_LOAD, [list(systems), since, environment, list(services)])
        return [DailyLoad(row[0], row[1], row[2], int(row[3]), int(row[4]), row[5]) for row in cursor.fetchall()]
