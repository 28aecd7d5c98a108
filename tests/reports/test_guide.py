"""The developer's guide: open to all, dated, true to what is in force, light."""

import gzip
import json
import re
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from catalog.models import ServiceVersion
from catalog.services.versions import publish_version
from connections.models import EnvironmentTerms
from reports.guide.pages import PAGES
from reports.guide.sources import script
from tests.catalog.conftest import JOB, draft, service

__all__ = ["draft", "service"]
BASE = "/nha-phat-trien/huong-dan/"
# ux.md 6.4: the first view of a page, HTML alone.
HTML_BUDGET = 30 * 1024


@pytest.mark.django_db
@pytest.mark.clause("QC14.6")
@pytest.mark.parametrize("slug", ["", *(f"{page.slug}/" for page in PAGES)])
def test_every_page_is_open_dated_and_light(slug: str) -> None:
    answer = Client().get(f"{BASE}{slug}")
    assert answer.status_code == 200
    text = answer.content.decode()
    assert re.search(r"Lần cập nhật: \d{2}/\d{2}/\d{4}", text)
    assert len(gzip.compress(answer.content)) < HTML_BUDGET
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)
    assert "<script>" not in text
    assert "style=" not in text
    targets = re.findall(r'data-copy="([^"]+)"', text)
    assert all(f'id="{target}"' in text for target in targets)


def test_whoever_changes_a_text_changes_its_day() -> None:
    told = {
        page.slug: sha256((settings.BASE_DIR / "templates" / page.template).read_bytes()).hexdigest()[:12]
        for page in PAGES
    }
    assert {page.slug: page.digest for page in PAGES} == told


@pytest.mark.django_db
def test_limits_are_those_in_force() -> None:
    terms()
    EnvironmentTerms.objects.filter(environment="sandbox").update(key_days=77, rate_per_second=31)
    text = Client().get(f"{BASE}gioi-han/").content.decode()
    assert re.search(r">\s*77\s*<", text)
    assert re.search(r">\s*31\s*<", text)
    EnvironmentTerms.objects.all().delete()
    assert "Chưa khai mức của môi trường nào" in Client().get(f"{BASE}gioi-han/").content.decode()


def terms() -> None:
    EnvironmentTerms.objects.all().delete()
    for environment in ("sandbox", "live"):
        EnvironmentTerms.objects.create(environment=environment, key_days=90, basis="kiểm thử")


@pytest.mark.django_db
def test_changes_follow_the_catalogue(
    draft: Callable[..., ServiceVersion], django_assert_num_queries: Callable[..., Any]
) -> None:
    assert "Chưa có phiên bản dịch vụ nào" in Client().get(f"{BASE}thay-doi/").content.decode()
    publish_version(actor=JOB, version=draft())
    draft(code="secret-plans", title="Bản nháp chưa công bố")
    with django_assert_num_queries(1):
        text = Client().get(f"{BASE}thay-doi/").content.decode()
    assert "Đơn vị hành chính v1: công bố" in text
    assert "Bản nháp" not in text


@pytest.mark.django_db
def test_scripts_are_those_the_tests_run_and_vectors_the_published_ones() -> None:
    page = Client().get(f"{BASE}bat-dau/").content.decode()
    assert script("calling.md", "sh").split("\n", 1)[0] in page
    answer = Client().get(f"{BASE}lgsp-1.json")
    kept = (settings.BASE_DIR / "docs" / "vectors" / "lgsp-1.json").read_bytes()
    assert answer.content == kept
    assert json.loads(answer.content)["profile"] == "lgsp-1"
    assert Client().get(f"{BASE}lgsp-1.json", headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.django_db
def test_there_is_no_other_page() -> None:
    assert Client().get(f"{BASE}khong-co/").status_code == 404
