"""The light reference: for everybody once published, for its keepers before, within the budget of a page."""

import gzip
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from catalog.models import DataService, Operation, ServiceVersion
from catalog.services.versions import publish_version
from tests.catalog.conftest import JOB
from tests.catalog.described import carried_document
from tests.catalog.test_described import described
from tests.catalog.test_sample_catalogue import loaded

__all__ = ["described", "loaded"]
Drafts = Callable[..., ServiceVersion]
PLOTS = "/danh-muc/plots/api/v1/"
HTML_BUDGET = 30 * 1024


def page(address: str, client: Client | None = None) -> str:
    answer = (client or Client()).get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.clause("QC14.6")
def test_it_says_what_the_document_says(described: Callable[[Any], ServiceVersion]) -> None:
    described(carried_document())
    text = page(PLOTS)
    for said in (
        "Danh sách thửa đất",
        "GET /api/data/plots/v1/plots",
        "data[].area",
        "Loại đất",
        "dat_o, dat_nong_nghiep",
        "Mã xã",
        "Phân loại: Cá nhân",
        "Ví dụ của cơ quan cung cấp",
        "/openapi/plots/v1.json",
        "/loi/clock-skew/",
        "Đoạn mã gọi",
        "LGSP_SECRET",
    ):
        assert said in text, said
    assert re.search(r"Lần cập nhật: \d{2}/\d{2}/\d{4}", text)
    assert "nội bộ" not in text, "an example is cut to the fields that are shared"
    assert not re.search(r'(?:src|href)="(?:https?:)?//', text)


@pytest.mark.clause("QC14.7")
def test_a_draft_is_read_by_its_keepers_only(draft: Drafts, client_of: Callable[..., Client]) -> None:
    draft()
    address = "/danh-muc/administrative-units/api/v1/"
    assert Client().get(address).status_code == 404
    assert client_of("provider_officer", "H60.90").get(address).status_code == 404
    text = page(address, client_of("provider_officer", "H60.03"))
    assert "Chưa công bố" in text
    assert "/openapi/" not in text
    publish_version(actor=JOB, version=ServiceVersion.objects.get())
    assert "/openapi/" in page(address)


def test_a_version_without_operations_has_an_empty_page(published: DataService) -> None:
    Operation.objects.all().delete()
    assert "Phiên bản chưa có thao tác nào" in page("/danh-muc/administrative-units/api/v1/")


@pytest.mark.xdist_group("samples")
def test_every_sample_page_is_within_the_budget(loaded: float) -> None:
    for code in DataService.objects.values_list("code", flat=True):
        answer = Client().get(f"/danh-muc/{code}/api/v1/")
        assert answer.status_code == 200
        assert len(gzip.compress(answer.content)) < HTML_BUDGET, code


def test_many_operations_take_no_more_queries(
    described: Callable[[Any], ServiceVersion], django_assert_max_num_queries: Callable[..., Any]
) -> None:
    document = carried_document()
    one = document["paths"]["/plots"]["get"]
    for number in range(30):
        document["paths"][f"/plots-{number}"] = {"get": {**one, "operationId": f"list{number}"}}
    described(document)
    with django_assert_max_num_queries(9):
        assert "plots-29" in page(PLOTS)
