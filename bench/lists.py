"""How long the lists of dossiers take with 100,000 of them, and that their queries do not grow.

``python -m bench.lists seed|measure [--dossiers N] [--requests N]`` against the installation that DATABASE_URL names
(``docs/lists.md``); it must hold nothing of worth. Rows are written by SQL here and nowhere else: a bench may.
"""

import argparse
import json
import os
import platform
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import django

SEED = Path(__file__).with_suffix(".sql")
AGENCIES = """create temp table bench_agency as
select id, row_number() over (order by (id = %s) desc, id) as place from accounts_agency"""


@dataclass(frozen=True, slots=True)
class List:
    """One page of a list: who looks, at which address, and what it is."""

    role: str
    address: str
    what: str


QUEUE = "/quan-tri/connections/connectionrequest/"
LISTS = (
    List("evaluator", QUEUE, "queue, my work"),
    List("intake_officer", QUEUE, "queue, my work of intake"),
    List("department_leader", f"{QUEUE}?tab=all", "queue, all"),
    List("evaluator", f"{QUEUE}?tab=overdue", "queue, overdue"),
    List("evaluator", f"{QUEUE}?tab=today", "queue, due today"),
    List("evaluator", f"{QUEUE}?tab=all&q=phan+mem&state=evaluating", "queue, words that fit all and a state"),
    List("evaluator", f"{QUEUE}?tab=all&q=bench-0012345", "queue, one number"),
    List("evaluator", f"{QUEUE}?tab=all&page=900", "queue, page 900"),
    List("agency_officer", "/ket-noi/", "portal list of an agency with a tenth of all"),
    List("agency_officer", "/ket-noi/?q=phan+mem", "portal list, words"),
    List("agency_officer", "/ket-noi/?state=awaiting_confirmation", "portal list, one state"),
    List("operator", "/quan-tri/connections/connection/", "changelist of connections"),
    List("operator", "/quan-tri/connections/grant/?q=nghiep+vu", "changelist of grants, words"),
)


PEOPLE = {
    "officer": "agency_officer",
    "sender": "agency_representative",
    "intake": "intake_officer",
    "evaluator": "evaluator",
    "other": "operator",
    "head": "division_head",
    "leader": "department_leader",
    "operator": "operator",
}


def seed(dossiers: int) -> None:
    """Write the rows, and let the planner see them."""
    from django.db import connection

    officer = _person("agency_officer")
    agency = officer.memberships.filter(role="agency_officer").first().agency_id
    values = {name: _person(role).pk for name, role in PEOPLE.items()}
    with connection.cursor() as cursor:
        cursor.execute("set statement_timeout = 0")
        cursor.execute(AGENCIES, [agency])
        cursor.execute("select count(*) from bench_agency")
        count = cursor.fetchone()[0]
        for part in filter(str.strip, SEED.read_text(encoding="utf-8").split(";\n")):
            cursor.execute(part, {"dossiers": dossiers, "agencies": count - 1, **values})
        cursor.execute("vacuum analyze")


def _person(role: str) -> Any:
    from accounts.models import User

    return User.objects.filter(memberships__role=role).order_by("pk").first()


class _Counted:
    """Counts the statements that go to the database."""

    number = 0

    def __call__(self, execute: Any, *statement: Any) -> Any:
        self.number += 1
        return execute(*statement)


def measure(requests: int) -> Iterator[dict[str, Any]]:
    """Ask for each list *requests* times and give what it took, in milliseconds, with its number of queries."""
    from django.db import connection
    from django.test import Client

    for item in LISTS:
        client = Client(SERVER_NAME="127.0.0.1")
        client.force_login(_person(item.role), backend="allauth.account.auth_backends.AuthenticationBackend")
        counted = _Counted()
        with connection.execute_wrapper(counted):
            answer = client.get(item.address)
        if answer.status_code != 200:
            raise SystemExit(f"{item.address}: {answer.status_code}")
        taken = []
        for _turn in range(requests):
            started = perf_counter()
            client.get(item.address)
            taken.append((perf_counter() - started) * 1000)
        cuts = statistics.quantiles(taken, n=100)
        yield {
            "list": item.what,
            "n": requests,
            "p50_ms": round(cuts[49], 1),
            "p95_ms": round(cuts[94], 1),
            "max_ms": round(max(taken), 1),
            "queries": counted.number,
        }


def main() -> None:
    """Seed or measure, as asked."""
    reader = argparse.ArgumentParser(prog="bench.lists")
    reader.add_argument("work", choices=("seed", "measure"))
    reader.add_argument("--dossiers", type=int, default=100_000)
    reader.add_argument("--requests", type=int, default=200)
    chosen = reader.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lgsp.settings")
    django.setup()
    if chosen.work == "seed":
        seed(chosen.dossiers)
        return
    print(json.dumps({"machine": platform.platform(), "cores": os.cpu_count()}))
    for row in measure(chosen.requests):
        print(json.dumps(row, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
