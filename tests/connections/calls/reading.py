"""Reading the pages of calls."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client

from audit.selectors.call_pages import Wanted, calls_of
from core import clock

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC4.5", "QC8.5")]

LOG, WHY = "/nha-phat-trien/nhat-ky/", "/nha-phat-trien/vi-sao/"


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def shown(client: Client, query: str = "") -> list[str]:
    """The ids of the calls on the page, in order."""
    answer = client.get(f"{LOG}?{query}")
    assert answer.status_code == 200
    return re.findall(r'href="/nha-phat-trien/vi-sao/([0-9a-f-]{36})/"', answer.content.decode())


def plan_of_page(bodies: list[int] | None) -> str:
    """Read a page of ten calls of *bodies* (None: of all) over 30 days; return how the database finds them."""
    asked: list[tuple[str, Any]] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        rows, last = calls_of(bodies, Wanted(since=clock.now() - timedelta(days=30)), limit=10)
    assert len(rows) == 10
    assert last is not None
    [(sql, params)] = asked
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(f"explain {sql}", params)
        return "\n".join(row[0] for row in cursor.fetchall())


def ids(made: list[UUID]) -> list[str]:
    return [str(call) for call in made]


def story(client: Client, call: UUID) -> str:
    answer = client.get(f"{WHY}{call}/")
    assert answer.status_code == 200
    return answer.content.decode()


def steps(html: str) -> dict[str, str]:
    """What the page says of each step, in words."""
    part = html[html.index("<h2>Đã xét từng bước</h2>") :]
    rows = re.findall(r"<li>\s*<div>\d+\. (.*?)</div>(.*?)</li>", part[: part.index("</ol>")], re.DOTALL)
    return {name: text_of(state).strip() for name, state in rows}
