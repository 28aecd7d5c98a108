"""«Vì sao bị từ chối»: each step in words, the rule as it stands, and no more than one may know."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from connections.models import Grant
from connections.services.grant_changes import revoke_grant
from connections.services.holds import place_hold
from core import clock
from core.choices import Step
from tests.connections.call_log import log_calls
from tests.connections.calls.reading import LOG, WHY, steps, story, text_of
from tests.connections.conftest import Chain, Desk
from tests.connections.proving import take_key

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC4.5", "QC8.5")]


def test_a_call_that_went_well_says_so_with_its_times(grant: Grant, desk: Desk) -> None:
    [call] = log_calls(grant, total_ms=1240)
    html = story(desk("technician"), call)
    assert "Lượt gọi thành công" in html
    assert "1.240 mili giây" in html
    assert set(steps(html).values()) == {"Đạt"}
    assert list(steps(html)) == [str(step.label) for step in Step if step is not Step.PLATFORM]


@pytest.mark.parametrize(
    ("reason", "status", "step"),
    [
        ("malformed-request", 400, Step.WIRE),
        ("digest-mismatch", 400, Step.DIGEST),
        ("clock-skew", 401, Step.TIME),
        ("key-expired", 401, Step.KEY_STATE),
        ("unknown-operation", 404, Step.SERVICE),
        ("grant-expired", 403, Step.GRANT),
        ("purpose-not-granted", 403, Step.PURPOSE),
        ("operation-not-granted", 403, Step.OPERATION),
        ("network-not-allowed", 403, Step.NETWORK),
        ("outside-hours", 403, Step.HOURS),
        ("rate-exceeded", 429, Step.RATE),
        ("concurrency-exceeded", 429, Step.RATE),
        ("nonce-reused", 401, Step.NONCE),
        ("quota-exceeded", 429, Step.QUOTA),
        ("provider-total-exceeded", 429, Step.QUOTA),
        ("provider-timeout", 504, Step.PROVIDER),
    ],
)
def test_the_step_that_refused_is_told_and_what_was_not_reached(
    reason: str, status: int, step: Step, grant: Grant, desk: Desk
) -> None:
    verdict = "A" if step is Step.PROVIDER else "X"
    [call] = log_calls(grant, verdict=verdict, status=status, reason=reason, side="consumer")
    html = story(desk("technician"), call)
    seen = steps(html)
    order = [str(item.label) for item in Step if item is not Step.PLATFORM]
    place = order.index(str(step.label))
    assert list(seen) == order
    assert [seen[name] for name in order] == ["Đạt"] * place + ["Dừng ở đây"] + ["Chưa xét đến"] * (
        len(order) - place - 1
    )
    assert f'href="/loi/{reason}/"' in html
    assert "Việc cần làm" in html


def test_a_fault_of_the_platform_claims_no_step_it_does_not_know(grant: Grant, desk: Desk) -> None:
    [before] = log_calls(grant, verdict="X", status=503, reason="overloaded", side="platform")
    [after] = log_calls(grant, status=500, reason="internal-error", side="platform")
    seen = steps(story(desk("technician"), before))
    assert (seen["Chữ ký hoặc mã truy cập"], seen["Quyền khai thác"], seen["Nền tảng"]) == (
        "Đạt",
        "Chưa xét đến",
        "Dừng ở đây",
    )
    seen = steps(story(desk("technician"), after))
    assert (seen["Hạn mức"], seen["Hệ thống nguồn"], seen["Nền tảng"]) == ("Đạt", "Chưa xét đến", "Dừng ở đây")


def test_a_wrong_clock_is_told_in_seconds(grant: Grant, desk: Desk) -> None:
    created = clock.now() - timedelta(seconds=1412)
    [call] = log_calls(grant, verdict="X", status=401, reason="clock-skew", side="consumer", created=created)
    text = text_of(story(desk("technician"), call))
    assert "chậm 1.412 giây so với nền tảng" in text
    assert f"{created.astimezone(clock.VIETNAM):%H:%M:%S %d/%m/%Y}" in text


def test_the_grant_is_told_as_it_stands_and_that_it_changed(chain: Chain, grant: Grant, desk: Desk) -> None:
    [call] = log_calls(
        grant, verdict="X", status=403, reason="connection-suspended", side="consumer", received_at=clock.now()
    )
    client = desk("technician")
    text = text_of(story(client, call))
    assert f"Quyền khai thác {grant.code} đang có hiệu lực" in text
    assert "đã thay đổi sau lượt gọi này" not in text
    place_hold(
        actor=chain.actors["operator"],
        connection=chain.connection(),
        side="operator",
        reason="Kiểm tra đột xuất",
    )
    text = text_of(story(client, call))
    assert "đã thay đổi sau lượt gọi này" in text
    assert "Kiểm tra đột xuất" in text
    revoke_grant(actor=chain.actors["operator"], grant=grant, reason="Hết nhu cầu", legal_basis="Công văn 12/SNV")
    assert f"Quyền khai thác {grant.code} đã thu hồi ngày {clock.today():%d/%m/%Y}" in text_of(story(client, call))


def test_a_missing_grant_shows_those_the_system_holds(grant: Grant, desk: Desk) -> None:
    [call] = log_calls(
        grant, verdict="X", status=403, reason="grant-missing", side="consumer", grant_code="", purpose=""
    )
    assert f"Hệ thống đang có {grant.code}" in text_of(story(desk("technician"), call))
    [elsewhere] = log_calls(
        grant, verdict="X", status=403, reason="grant-missing", side="consumer", grant_code="", service="land-plots"
    )
    assert "chưa có quyền nào" in text_of(story(desk("technician"), elsewhere))


def test_purpose_operation_network_and_quota_name_what_was_granted(grant: Grant, desk: Desk) -> None:
    client = desk("technician")

    def told(reason: str, **changed: Any) -> str:
        [call] = log_calls(grant, verdict="X", status=403, reason=reason, side="consumer", **changed)
        return text_of(story(client, call))

    assert f"{grant.purpose.code} – {grant.purpose.title}" in told("purpose-not-granted", purpose="")
    assert "Thao tác được cấp" in told("operation-not-granted", operation="remove")
    text = told("network-not-allowed", address="203.0.113.9")
    assert "203.0.113.9" in text
    assert grant.networks[0] in text
    assert "900 lượt" in told("quota-exceeded")


def test_the_key_is_told_as_it_stands(chain: Chain, grant: Grant, desk: Desk) -> None:
    key = take_key(actor=chain.actors["technician"], system=chain.system, environment="sandbox").credential
    [call] = log_calls(
        grant, verdict="X", status=401, reason="key-expired", side="consumer", key_id=key.pk, access_key=key.access_key
    )
    text = text_of(story(desk("technician"), call))
    assert f"Khóa {key.access_key} đang dùng được đến hết ngày {key.valid_to:%d/%m/%Y}" in text


def test_whoever_only_names_our_key_tells_us_step_and_code_and_no_more(grant: Grant, desk: Desk) -> None:
    [call] = log_calls(
        grant,
        verdict="X",
        status=401,
        reason="signature-invalid",
        side="consumer",
        key_id=0,
        service="",
        version="",
        operation="",
        grant_code="",
        purpose="",
        provider_id=0,
        provider_code="",
        address="203.0.113.9",
        created=clock.now() - timedelta(seconds=4000),
    )
    html = story(desk("technician"), call)
    assert steps(html)["Chữ ký hoặc mã truy cập"] == "Dừng ở đây"
    assert 'href="/loi/signature-invalid/"' in html
    assert "ak_test_kiemthu" in html
    assert "không chứng minh được là giữ khóa" in html
    for hidden in ("203.0.113.9", "4.000", "4000", "Phương thức"):
        assert hidden not in html
    rows = list(csv.reader(io.StringIO(desk("technician").get(f"{LOG}tep/").content.decode("utf-8-sig"))))
    assert "203.0.113.9" not in ",".join(rows[1])


def test_a_question_to_the_platform_needs_no_right(grant: Grant, desk: Desk) -> None:
    nothing = {"service": "", "version": "", "operation": "", "grant_code": "", "purpose": "", "provider_id": 0}
    [call] = log_calls(grant, verdict="G", **nothing)
    seen = steps(story(desk("technician"), call))
    assert (seen["Chữ ký hoặc mã truy cập"], seen["Yêu cầu chưa dùng lần nào"]) == ("Đạt", "Đạt")
    assert (seen["Quyền khai thác"], seen["Hạn mức"], seen["Hệ thống nguồn"]) == ("Không cần",) * 3


def test_a_call_without_an_outcome_and_one_the_source_refused(grant: Grant, desk: Desk) -> None:
    [running] = log_calls(grant, status=None)
    html = story(desk("technician"), running)
    assert "Chưa có kết quả" in html
    assert steps(html)["Hệ thống nguồn"] == "Chưa xét đến"
    [passed_on] = log_calls(grant, status=404, side="consumer")
    html = story(desk("technician"), passed_on)
    assert "Nền tảng không từ chối lượt gọi này" in html
    assert steps(html)["Hệ thống nguồn"] == "Đã trả lời, báo lỗi"


def test_the_operator_sees_every_call_and_what_an_aggregated_row_is(grant: Grant, desk: Desk) -> None:
    nobody = {"system_id": 0, "system_code": "", "agency_id": 0, "agency_code": "", "provider_id": 0, "key_id": 0}
    [call] = log_calls(
        grant, verdict="X", status=401, reason="signature-missing", side="consumer", calls=340, access_key="", **nobody
    )
    assert desk("technician").get(f"{WHY}{call}/").status_code == 404
    text = text_of(story(desk("operator"), call))
    assert "gộp 340 lượt bị từ chối trong một phút" in text
    assert "10.20.30.4" in text
    assert text_of(story(desk("security_officer"), log_calls(grant)[0]))


def test_the_form_leads_to_the_call(grant: Grant, desk: Desk) -> None:
    [call] = log_calls(grant)
    client = desk("technician")
    assert client.get(WHY).status_code == 200
    assert client.get(f"{WHY}?q=%20{str(call).upper()}%20")["Location"] == f"{WHY}{call}/"
    wrong = client.get(f"{WHY}?q=12345").content.decode()
    assert 'value="12345"' in wrong
    assert "36 ký tự" in unescape(wrong)
    assert "Nhập mã yêu cầu" in unescape(client.get(f"{WHY}?q=").content.decode())


def test_a_story_asks_the_database_few_times(
    grant: Grant, desk: Desk, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    [call] = log_calls(grant, verdict="X", status=403, reason="grant-expired", side="consumer")
    client = desk("technician")
    client.get(f"{WHY}{call}/")
    with django_assert_max_num_queries(14):
        client.get(f"{WHY}{call}/")


def test_a_bearer_is_not_asked_what_the_token_proved_and_the_procedure_is_told(grant: Grant, desk: Desk) -> None:
    created = clock.now() - timedelta(seconds=700)
    [call] = log_calls(grant, auth="token", procedure="1.012345", created=created)
    html = story(desk("technician"), call)
    assert [steps(html)[name] for name in ("Mã băm nội dung", "Thời điểm ký", "Yêu cầu chưa dùng lần nào")] == [
        "Không cần"
    ] * 3
    assert steps(html)["Chữ ký hoặc mã truy cập"] == "Đạt"
    assert "Mã truy cập (OAuth 2)" in html
    assert "1.012345" in html
    assert "giây so với nền tảng" not in html


def test_hours_and_rates_are_told_as_they_stand(grant: Grant, desk: Desk) -> None:
    Grant.objects.filter(pk=grant.pk).update(
        hours=[{"days": [1, 2, 3, 4, 5], "from": "07:00", "to": "17:30"}], rate_per_second=20
    )
    client = desk("technician")

    def told(reason: str, status: int) -> str:
        [call] = log_calls(grant, verdict="X", status=status, reason=reason, side="consumer")
        return text_of(story(client, call))

    assert "T2-T6 07:00-17:30" in told("outside-hours", 403)
    assert "20 lượt mỗi giây" in told("rate-exceeded", 429)


def test_a_request_for_a_token_is_told_as_one(grant: Grant, desk: Desk) -> None:
    asked = {"service": "", "version": "", "operation": "oauth-token", "provider_id": 0, "auth": "secret"}
    client = desk("technician")
    html = story(client, log_calls(grant, verdict="G", **asked)[0])
    seen = steps(html)
    assert (seen["Chữ ký hoặc mã truy cập"], seen["Quyền khai thác"], seen["Mục đích"]) == ("Đạt",) * 3
    assert (seen["Hạn mức"], seen["Hệ thống nguồn"]) == ("Không cần",) * 2
    assert "Khóa bí mật, để xin mã truy cập" in html
    assert "gửi tới chính nền tảng không cần quyền" not in html
    [refused] = log_calls(grant, verdict="X", status=400, reason="grant-expired", side="consumer", **asked)
    seen = steps(story(client, refused))
    assert (seen["Dịch vụ, đường dẫn, môi trường"], seen["Quyền khai thác"]) == ("Không cần", "Dừng ở đây")
