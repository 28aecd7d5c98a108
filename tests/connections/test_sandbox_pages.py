"""The pages of the sandbox: who opens them, what they show, what bad input gets."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from audit.models import Fact
from connections.models import Credential, Grant
from connections.snippets import LANGUAGES
from core.http import OwnAnswer, Unreachable
from tests.connections.conftest import Chain, Desk, publish
from tests.connections.trying_out import apart, opened

pytestmark = pytest.mark.xdist_group("trying")


def start(desk: Desk, **given: Any) -> Any:
    return desk("technician").post(reverse("sandbox_start"), given)


def try_address(grant: Grant, operation: str = "one") -> str:
    return reverse("sandbox_try", args=[grant.code, "v1", operation])


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What would go to the broker; the journey sends it for real."""
    found: list[dict[str, Any]] = []

    def answer(method: str, url: str, **given: Any) -> OwnAnswer:
        found.append({"method": method, "url": url, **given})
        body = b'{"data": "<script>alert(1)</script>"}'
        headers = (("X-Request-Id", "01990000-0000-7000-8000-000000000001"), ("Content-Type", "application/json"))
        return OwnAnswer(200, headers, body, len(body), 12)

    monkeypatch.setattr("connections.services.trying.call_own", answer)
    return found


def test_the_empty_room_says_where_to_begin(chain: Chain, desk: Desk) -> None:
    page = desk("technician").get(reverse("sandbox")).content.decode()
    assert "Thử ngay trong môi trường thử nghiệm" in page
    assert "Thử ngay trong môi trường thử nghiệm" in desk("technician").get("/co-quan/").content.decode()
    assert (
        "Cán bộ kỹ thuật của cơ quan mở quyền gọi thử"
        in desk("agency_officer").get(reverse("sandbox")).content.decode()
    )


def test_opening_shows_the_secret_once_with_a_command(chain: Chain, desk: Desk) -> None:
    version = apart(chain)
    page = start(desk, version=version.pk, system=chain.system.code)
    text = page.content.decode()
    key = Credential.objects.get()
    assert "sk_test_" in text
    assert key.access_key in text
    assert "openssl dgst -sha256 -binary" in text
    assert "dgst -sha256 -hmac" not in text
    checked = sum(row.executed for row in LANGUAGES)
    assert text.count("Đã chạy thử:") == checked
    assert text.count("Chưa chạy thử:") == len(LANGUAGES) - checked
    php = text.split('id="lenh-php"')[1].split("</details>")[0]
    assert "Chưa chạy thử:" in php
    assert "no-store" in page["Cache-Control"]
    again = start(desk, version=version.pk, system=chain.system.code).content.decode()
    assert "sk_test_" not in again
    assert "đã có quyền này từ trước" in again
    assert (Grant.objects.count(), Credential.objects.count()) == (1, 1)
    shown = desk("technician").get(reverse("sandbox")).content.decode()
    assert "0 trên 1.000" in shown
    assert "sk_test_" not in shown


@pytest.mark.clause("QC6.3", "QC4.4")
def test_what_the_source_system_demands_is_asked_for_and_signed(
    chain: Chain, desk: Desk, sent: list[dict[str, Any]]
) -> None:
    version = apart(chain)
    version.upstreams.filter(environment="sandbox").update(procedure_header="MaDVC", officer_header="MaCanBo")
    shown = start(desk, version=version.pk, system=chain.system.code).content.decode()
    assert "x-lgsp-procedure" in shown
    grant = Grant.objects.get()
    page = desk("technician").get(try_address(grant)).content.decode()
    assert "X-LGSP-Procedure" in page
    given = {"path_code": "1", "officer": "can bo", "procedure": ""}
    refused = desk("technician").post(try_address(grant), given).content.decode()
    assert "Nhập giá trị cho X-LGSP-Procedure" in refused
    refused = desk("technician").post(try_address(grant), {**given, "procedure": "1.004946"}).content.decode()
    assert "chữ không dấu" in refused
    assert sent == []
    page = desk("technician").post(try_address(grant), {**given, "officer": "cb01", "procedure": "1.004946"})
    (call,) = sent
    assert call["headers"]["X-LGSP-Procedure"] == "1.004946"
    assert call["headers"]["X-LGSP-Officer"] == "cb01"
    assert '"x-lgsp-procedure" "x-lgsp-officer"' in call["headers"]["Signature-Input"]
    assert "1.004946" in page.content.decode()


def test_a_service_comes_chosen_from_its_page(chain: Chain, desk: Desk) -> None:
    version = apart(chain)
    address = f"{reverse('sandbox_start')}?service={chain.service.code}"
    assert address in desk("technician").get(reverse("data_service", args=[chain.service.code])).content.decode()
    page = desk("technician").get(address).content.decode()
    assert f'<option value="{version.pk}" selected>' in page
    assert desk("technician").get(f"{reverse('sandbox_start')}?service=khong-co").status_code == 200
    opened(chain)
    page = desk("technician").get(reverse("data_service", args=[chain.service.code])).content.decode()
    assert try_address(Grant.objects.get()) in page
    assert (
        "Thử ngay"
        not in desk("agency_officer").get(reverse("data_service", args=[chain.service.code])).content.decode()
    )


@pytest.mark.parametrize("given", [{}, {"version": "abc"}, {"version": "99999", "system": "H60.07.HT01"}])
def test_bad_input_is_told_and_makes_nothing(chain: Chain, desk: Desk, given: dict[str, str]) -> None:
    apart(chain)
    page = start(desk, **given).content.decode()
    assert "Chọn" in page
    assert not Grant.objects.exists()


def test_a_refusal_stands_above_the_form(chain: Chain, desk: Desk) -> None:
    version = chain.service.versions.get()
    page = start(desk, version=version.pk, system=chain.system.code).content.decode()
    assert "trùng địa chỉ chính thức" in page
    assert not Grant.objects.exists()


def test_trying_shows_what_came_back_escaped_and_leaves_a_fact(
    chain: Chain, desk: Desk, sent: list[dict[str, Any]]
) -> None:
    apart(chain)
    made = opened(chain)
    page = desk("technician").post(try_address(made.grant), {"path_code": "02 215/à", "query": "a=50%&b=x y"})
    text = page.content.decode()
    call = sent[0]
    assert call["url"].endswith("/api/data/administrative-units/v1/communes/02%20215%2F%C3%A0?a=50%25&b=x%20y")
    assert call["headers"]["X-LGSP-Grant"] == made.grant.code
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert" not in text
    assert "12 mili giây" in text
    assert reverse("why_call", args=["01990000-0000-7000-8000-000000000001"]) in text
    assert made.secret not in text
    fact = Fact.objects.get(deed="sandbox.tried")
    assert (fact.after["operation"], fact.after["status"]) == ("one", 200)
    assert "215" not in str(fact.after.get("operation"))


@pytest.mark.parametrize("value", ["", "..", "a\x07b"])
def test_a_value_that_cannot_be_sent_is_kept_and_told(
    chain: Chain, desk: Desk, sent: list[dict[str, Any]], value: str
) -> None:
    apart(chain)
    grant = opened(chain).grant
    page = desk("technician").post(try_address(grant), {"path_code": value, "query": "q=1"}).content.decode()
    assert sent == []
    assert "Nhập" in page
    assert 'value="q=1"' in page
    assert not Fact.objects.filter(deed="sandbox.tried").exists()


def test_a_broker_out_of_reach_is_told(chain: Chain, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    apart(chain)
    grant = opened(chain).grant

    def nobody(*_given: Any, **_named: Any) -> OwnAnswer:
        raise Unreachable("no-connection")

    monkeypatch.setattr("connections.services.trying.call_own", nobody)
    page = desk("technician").post(try_address(grant, "list"), {}).content.decode()
    assert "Bộ trung gian chưa trả lời" in page


def test_too_many_tries_in_a_minute_are_refused(
    chain: Chain, desk: Desk, sent: list[dict[str, Any]], settings: Any
) -> None:
    settings.TRIES_PER_MINUTE = 2
    apart(chain)
    address = try_address(opened(chain).grant, "list")
    pages = [desk("technician").post(address, {}).content.decode() for _turn in range(3)]
    assert len(sent) == 2
    assert "Đã thử quá nhiều lần" in pages[2]


def test_only_the_technician_tries_and_only_the_sandbox(chain: Chain, desk: Desk, sent: list[dict[str, Any]]) -> None:
    apart(chain)
    chain.live()
    live, tried = Grant.objects.get(environment="live"), Grant.objects.open().get(environment="sandbox")
    assert desk("technician").get(try_address(live)).status_code == 404
    assert desk("technician").get(try_address(tried)).status_code == 200
    assert desk("technician").get(try_address(tried, "khong-co")).status_code == 404
    assert desk("agency_officer").post(try_address(tried), {"path_code": "1"}).status_code == 403
    assert desk("operator").post(try_address(tried), {"path_code": "1"}).status_code == 403
    page = desk("technician").post(try_address(tried), {"path_code": "1"}).content.decode()
    assert "không có khóa thử nghiệm HMAC-SHA256 nào đang dùng" in page
    assert sent == []


def test_ending_asks_first(chain: Chain, desk: Desk) -> None:
    apart(chain)
    grant = opened(chain).grant
    address = reverse("sandbox_end", args=[grant.code])
    assert "bị từ chối ngay" in desk("technician").get(address).content.decode()
    assert Grant.objects.open().exists()
    assert desk("technician").post(address).status_code == 302
    assert not Grant.objects.open().exists()
    assert desk("technician").get(address).status_code == 404
    assert desk("agency_officer").post(address).status_code == 403


def test_queries_do_not_grow_with_what_is_open(chain: Chain, desk: Desk) -> None:
    apart(chain)
    opened(chain)
    client, counts = desk("technician"), []
    for code in ("them-mot", "them-hai", "them-ba"):
        client.get(reverse("sandbox"))
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(reverse("sandbox")).status_code == 200
        counts.append(len(caught))
        service = publish(code, chain.provider)
        service.versions.get().upstreams.filter(environment="sandbox").update(base_url="http://127.0.0.1:10")
        opened(chain, service.versions.get())
    assert len(set(counts)) == 1, counts


def test_the_operator_sees_a_grant_without_a_dossier(chain: Chain, desk: Desk) -> None:
    apart(chain)
    grant = opened(chain).grant
    assert "không có hồ sơ" in desk("operator").get(f"/quan-tri/connections/grant/{grant.pk}/change/").content.decode()
    for role in ("technician", "operator"):
        page = desk(role).get(reverse("grant", args=[grant.code])).content.decode()
        assert "Tự mở để thử" in page
