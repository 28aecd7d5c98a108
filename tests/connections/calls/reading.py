"""Reading the pages of calls."""

import re
from html import unescape
from uuid import UUID

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC4.5", "QC8.5")]

LOG, WHY = "/nha-phat-trien/nhat-ky/", "/nha-phat-trien/vi-sao/"


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def shown(client: Client, query: str = "") -> list[str]:
    """The ids of the calls on the page, in order."""
    answer = client.get(f"{LOG}?{query}")
    assert answer.status_code == 200
    return re.findall(r'href="/nha-phat-trien/vi-sao/([0-9a-f-]{36})/"', answer.content.decode())


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
