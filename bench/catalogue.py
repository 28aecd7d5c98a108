"""How long the public catalogue takes with 5,000 services and 200,000 data elements, facets and slips included.

``python -m bench.catalogue seed|measure [--services N] [--requests N]`` against the installation that DATABASE_URL
names (``docs/catalogue.md``); it must hold nothing of worth. Rows are written by SQL here only: a bench may.
"""

import argparse
import json
import os
import platform
import random
import statistics
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any
from urllib.parse import urlencode

import django

SEED = Path(__file__).with_suffix(".sql")
THINGS = ("đất đai", "hộ tịch", "doanh nghiệp", "bảo hiểm xã hội", "lý lịch tư pháp", "rừng phòng hộ")
FIELDS = ("số định danh cá nhân", "cấp giấy chứng nhận", "tờ bản đồ", "nghĩa vụ tài chính", "chủ sử dụng")


def seed(services: int) -> None:
    """Write the rows, index them by the product's own code, and let the planner see them."""
    from django.db import connection

    from catalog.services.searching import index_all

    with connection.cursor() as cursor:
        cursor.execute("set statement_timeout = 0")
        for part in filter(str.strip, SEED.read_text(encoding="utf-8").split(";\n")):
            cursor.execute(part, {"services": services})
        cursor.execute("analyze")
        started = perf_counter()
        made = index_all(again=True)
        print(json.dumps({"indexed": made, "seconds": round(perf_counter() - started, 1)}))
        cursor.execute("vacuum analyze")


def bare(text: str) -> str:
    """Return *text* without diacritics, as many people type it."""
    kept = unicodedata.normalize("NFD", text.replace("đ", "d"))
    return "".join(char for char in kept if not unicodedata.combining(char))


def slip(chance: random.Random, text: str) -> str:
    """Return *text* bare with one letter of its longest word wrong, lost, doubled or swapped."""
    words = bare(text).split()
    place = max(range(len(words)), key=lambda number: len(words[number]))
    word, at = words[place], chance.randrange(1, len(words[place]) - 1)
    kinds = (
        word[:at] + chance.choice("qwxz") + word[at + 1 :],
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    )
    words[place] = chance.choice(kinds)
    return " ".join(words)


def queries(chance: random.Random, provider: str) -> dict[str, dict[str, Any]]:
    """Return one address of each kind; words change from turn to turn."""
    thing, field = chance.choice(THINGS), chance.choice(FIELDS)
    return {
        "no condition": {},
        "words, with diacritics": {"q": thing},
        "words, without": {"q": bare(thing)},
        "words, NFD": {"q": unicodedata.normalize("NFD", thing)},
        "words that fit most": {"q": "thong tin"},
        "field label": {"q": field},
        "words of entry and field": {"q": f"{bare(thing)} {bare(field)}"},
        "one slip": {"q": slip(chance, thing)},
        "one slip in a field": {"q": slip(chance, field)},
        "nothing near": {"q": "zzzz qqqq wwww"},
        "facets": {"method": "online", "share": "shared", "sector": f"bench-{chance.randint(1, 10)}"},
        "facets and words": {"provider": provider, "q": bare(thing), "personal": "basic"},
        "newest": {"sort": "newest", "q": bare(thing)},
        "most used": {"sort": "used"},
        "page 200": {"page": chance.randint(190, 210)},
    }


class _Counted:
    """Counts the statements that go to the database."""

    number = 0

    def __call__(self, execute: Any, *statement: Any) -> Any:
        self.number += 1
        return execute(*statement)


def measure(requests: int) -> Iterator[dict[str, Any]]:
    """Ask for each kind *requests* times and give what it took, in milliseconds, with its number of queries."""
    from django.db import connection
    from django.test import Client

    from accounts.models import Agency

    client, chance = Client(SERVER_NAME="127.0.0.1"), random.Random(6)
    providers = list(Agency.objects.order_by("pk").values_list("code", flat=True)[:50])
    for kind in queries(chance, providers[0]):
        counted, taken, total = _Counted(), [], 0
        for turn in range(requests + 1):
            address = f"/danh-muc/?{urlencode(queries(chance, chance.choice(providers))[kind])}"
            started = perf_counter()
            with connection.execute_wrapper(counted):
                answer = client.get(address)
            if turn:  # the first one warms templates and plans
                taken.append((perf_counter() - started) * 1000)
                total += ">0 dịch vụ dữ liệu<" not in answer.content.decode()
            if answer.status_code != 200:
                raise SystemExit(f"{address}: {answer.status_code}")
        cuts = statistics.quantiles(taken, n=100)
        yield {
            "kind": kind,
            "n": requests,
            "found": total,
            "p50_ms": round(cuts[49], 1),
            "p95_ms": round(cuts[94], 1),
            "max_ms": round(max(taken), 1),
            "queries": round(counted.number / (requests + 1), 1),
        }


def main() -> None:
    """Seed or measure, as asked."""
    reader = argparse.ArgumentParser(prog="bench.catalogue")
    reader.add_argument("work", choices=("seed", "measure"))
    reader.add_argument("--services", type=int, default=5_000)
    reader.add_argument("--requests", type=int, default=200)
    chosen = reader.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lgsp.settings")
    django.setup()
    if chosen.work == "seed":
        seed(chosen.services)
        return
    print(json.dumps({"machine": platform.platform(), "cores": os.cpu_count()}))
    for row in measure(chosen.requests):
        print(json.dumps(row, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
