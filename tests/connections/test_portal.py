"""The agency's pages of a dossier, by the forms a browser sends."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, User
from audit.models import Fact
from connections.choices import State
from connections.models import Confirmation, ConnectionRequest, Credential
from connections.services import evaluation
from connections.services.drafts import begin_request
from tests.accounts.signin_steps import proof
from tests.conftest import PASSWORD
from tests.connections.conftest import Chain

POINT = {"what": "Thiếu phương án dự phòng", "remedy": "Bổ sung người trực thay", "clause": "QC9.5"}
SignIn = Callable[[User], Client]


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields a browser would send back."""
    return dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page))


def fill(client: Client, address: str, **values: Any) -> Any:
    """Open a form, keep its hidden fields, send it with *values*."""
    page = client.get(address)
    assert page.status_code == 200, (address, page.status_code)
    hidden = {name: value for name, value in fields_of(page.content.decode()).items() if "csrf" not in name}
    return client.post(address, {**hidden, **values})


@pytest.fixture
def officer(chain: Chain, signed_in: SignIn) -> Client:
    return signed_in(chain.users["agency_officer"])


@pytest.fixture
def representative(chain: Chain, signed_in: SignIn) -> Client:
    return signed_in(chain.users["agency_representative"])


def filed(chain: Chain, officer: Client) -> ConnectionRequest:
    """File all six parts through the pages."""
    officer.post(reverse("begin_request"))
    found = ConnectionRequest.objects.get()
    part = lambda slug: reverse("request_part", args=[found.pk, slug])  # noqa: E731 - a short word for a long address
    answers: dict[str, dict[str, Any]] = {
        "co-quan": {
            "responsible_leader": "Phó Giám đốc Sở (mẫu)",
            "technical_contact": chain.users["technician"].pk,
        },
        "he-thong": {"system": chain.system.pk},
        "muc-dich": {"purpose": chain.purpose.pk, "purpose_text": "Điền sẵn hồ sơ", "legal_basis": "Chức năng của Sở"},
        "pham-vi": {"personal_data": "False", "state_secret": "False", "national_database": "False"},
        "ky-thuat": {"networks": "10.20.30.0/24\n10.1.1.1", "daily_calls": "5000", "peak_per_second": "20"},
        "phuong-an": {"operation_plan": "Trực giờ hành chính", "security_plan": "Khóa giữ trong kho bí mật"},
    }
    for slug, values in answers.items():
        assert fill(officer, part(slug), **values).status_code == 302, slug
    line = reverse("request_line", args=[found.pk, chain.service.code])
    sent = fill(officer, line, operations=["list", "one"], fields_wanted=["code", "name"], daily_quota="900")
    assert sent.status_code == 302
    return ConnectionRequest.objects.get()


@pytest.mark.clause("QC10.1")
def test_a_dossier_is_filed_by_one_and_sent_by_another(chain: Chain, officer: Client, representative: Client) -> None:
    found = filed(chain, officer)
    assert found.missing_parts() == []
    assert found.networks == ["10.20.30.0/24", "10.1.1.1"]
    check = reverse("check_request", args=[found.pk])
    assert "Gửi đề nghị chính thức" not in officer.get(check).content.decode()
    missing = fill(representative, check)
    assert missing.status_code == 200
    assert "Lỗi: " in missing.content.decode()
    assert chain_state(found) == State.DRAFT
    assert fill(representative, check, committed="on")["Location"] == reverse("request_sent", args=[found.pk])
    sent = ConnectionRequest.objects.get()
    page = representative.get(reverse("request_sent", args=[found.pk])).content.decode()
    assert (sent.state, sent.number in page, sent.lookup_code in page) == (State.SUBMITTED, True, True)
    shown = officer.get(reverse("request", args=[found.pk])).content.decode()
    assert "Chờ Sở Khoa học và Công nghệ" in shown
    assert "Gửi đề nghị" in shown


def chain_state(found: ConnectionRequest) -> str:
    return ConnectionRequest.objects.get(pk=found.pk).state


def test_what_was_typed_is_kept_when_it_is_wrong(chain: Chain, officer: Client) -> None:
    officer.post(reverse("begin_request"))
    found = ConnectionRequest.objects.get()
    address = reverse("request_part", args=[found.pk, "ky-thuat"])
    answer = fill(officer, address, networks="10.0.0", daily_calls="0", peak_per_second="20")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "10.0.0</textarea>" in page
    assert 'id="error-summary-title"' in page
    answer = fill(officer, address, networks="10.0.0", daily_calls="5", peak_per_second="20")
    assert "«10.0.0» chưa phải địa chỉ IP" in answer.content.decode()
    assert ConnectionRequest.objects.get().networks == []


def test_a_half_filled_part_is_kept_as_a_draft(chain: Chain, officer: Client) -> None:
    officer.post(reverse("begin_request"))
    found = ConnectionRequest.objects.get()
    address = reverse("request_part", args=[found.pk, "muc-dich"])
    assert fill(officer, address, purpose_text="Mới nghĩ ra").status_code == 200
    assert fill(officer, address, purpose_text="Mới nghĩ ra", draft="1").status_code == 302
    assert ConnectionRequest.objects.get().purpose_text == "Mới nghĩ ra"
    assert "Đang làm dở" in officer.get(reverse("request", args=[found.pk])).content.decode()


def test_the_slower_of_two_browsers_keeps_what_it_typed(chain: Chain, officer: Client) -> None:
    officer.post(reverse("begin_request"))
    found = ConnectionRequest.objects.get()
    address = reverse("request_part", args=[found.pk, "phuong-an"])
    seen = fields_of(officer.get(address).content.decode())["seen"]
    fill(officer, address, operation_plan="Nhanh", security_plan="Nhanh")
    late = officer.post(address, {"seen": seen, "operation_plan": "Chậm", "security_plan": "Chậm"})
    page = late.content.decode()
    assert "Bạn vừa sửa phần này ở cửa sổ khác lúc" in page
    assert "Nhanh" in page
    assert "Chậm</textarea>" in page
    assert ConnectionRequest.objects.get().operation_plan == "Nhanh"
    again = fields_of(page) | {"operation_plan": "Chậm", "security_plan": "Chậm"}
    assert officer.post(address, again).status_code == 302
    assert ConnectionRequest.objects.get().operation_plan == "Chậm"


def test_a_state_secret_stops_and_keeps_nothing(chain: Chain, officer: Client) -> None:
    officer.post(reverse("begin_request"))
    found = ConnectionRequest.objects.get()
    address = reverse("request_part", args=[found.pk, "pham-vi"])
    answer = fill(officer, address, personal_data="True", state_secret="True", national_database="False")
    assert answer.status_code == 422
    assert "Không gửi qua cổng này" in answer.content.decode()
    assert ConnectionRequest.objects.get().personal_data is None


@pytest.mark.clause("QC10.2")
def test_a_completion_is_answered_and_sent(chain: Chain, officer: Client, representative: Client) -> None:
    chain.ask()
    address = reverse("answer_completion", args=[chain.request.pk])
    point = chain.request.points.get()
    empty = fill(representative, address, send="1")
    assert "Trả lời nội dung số 1" in empty.content.decode()
    fill(officer, address, **{f"point-{point.pk}": "Đã bổ sung người trực"})
    assert chain.fresh().state == State.COMPLETION_REQUESTED
    kept = representative.get(address).content.decode()
    assert "Đã bổ sung người trực</textarea>" in kept
    assert "Gửi hoàn thiện" not in officer.get(address).content.decode()
    fill(representative, address, send="1", **{f"point-{point.pk}": "Đã bổ sung người trực"})
    assert chain.fresh().state == State.EVALUATING


def test_an_officer_cannot_send_by_hand(chain: Chain, officer: Client) -> None:
    chain.draft()
    answer = officer.post(reverse("check_request", args=[chain.request.pk]), {"committed": "on"})
    assert "thuộc vai trò Đại diện cơ quan" in answer.content.decode()
    assert chain.fresh().state == State.DRAFT
    assert not Fact.objects.filter(deed="request.submit").exists()


def pages_of(chain: Chain) -> list[str]:
    pk = chain.request.pk
    names = (
        "request",
        "request_documents",
        "request_history",
        "request_versions",
        "check_request",
        "request_sent",
        "answer_completion",
        "trial",
        "withdraw_request",
        "discard_request",
        "choose_service",
        "copy_request",
        "follow_request",
    )
    return [
        *(reverse(name, args=[pk]) for name in names),
        reverse("request_part", args=[pk, "co-quan"]),
        reverse("request_line", args=[pk, chain.service.code]),
        reverse("remove_line", args=[pk, chain.service.code]),
    ]


def test_another_agency_finds_nothing(
    chain: Chain, agency: Callable[..., Agency], person: Callable[..., User], signed_in: SignIn
) -> None:
    chain.set_up()
    other = agency("H60.11", name="Sở Y tế")
    stranger = signed_in(person("la@lgsp.example", other, "agency_officer", "agency_representative", "technician"))
    facts = Fact.objects.count()
    for address in pages_of(chain):
        assert stranger.get(address).status_code in (404, 405), address
        assert stranger.post(address, {"reason": "x", "committed": "on"}).status_code in (404, 405), address
    assert chain.request.number not in stranger.get(reverse("requests")).content.decode()
    assert stranger.get(reverse("new_key", args=[chain.system.code])).status_code == 404
    assert chain.system.code not in stranger.get(reverse("developer")).content.decode()
    assert (chain.fresh().state, Fact.objects.count()) == (State.TESTING, facts)


@pytest.mark.clause("Q50-11")
def test_a_secret_is_shown_once(chain: Chain, signed_in: SignIn) -> None:
    chain.set_up()
    technician = signed_in(chain.users["technician"])
    made = fill(
        technician, reverse("new_key", args=[chain.system.code]), environment="sandbox", algorithm="hmac-sha256"
    )
    page = made.content.decode()
    secret = re.search(r"sk_test_\w+", page)
    assert secret is not None
    assert "no-store" in made["Cache-Control"]
    key = Credential.objects.get()
    assert secret.group() not in key.sealed_secret
    listed = technician.get(reverse("developer")).content.decode()
    assert key.access_key in listed
    assert secret.group() not in listed
    assert not any(secret.group() in str(fact.after) for fact in Fact.objects.all())
    refused = fill(
        technician, reverse("new_key", args=[chain.system.code]), environment="live", algorithm="hmac-sha256"
    )
    assert "chỉ tạo được khi kết nối đã vận hành chính thức" in refused.content.decode()
    address = reverse("revoke_key", args=[key.pk])
    assert "Nhập lý do" in fill(technician, address, reason="").content.decode()
    assert fill(technician, address, reason="Lộ khóa").status_code == 302
    assert Credential.objects.get().revoked_at is not None


@pytest.mark.clause("QC10.4")
def test_the_representative_confirms_the_record_that_was_read(chain: Chain, representative: Client) -> None:
    chain.finish()
    address = reverse("trial", args=[chain.request.pk])
    neither = fill(representative, address, remark="")
    assert chain.fresh().state == State.AWAITING_CONFIRMATION
    assert neither.status_code == 200
    silent = fill(representative, address, decision="disagree", remark="")
    assert "Nêu nội dung không nhất trí" in silent.content.decode()
    user = chain.users["agency_representative"]
    stale = representative.post(address, {"decision": "agree", "content_hash": "0" * 64, **proof(user)})
    assert "Biên bản đã khác với bản bạn đọc" in stale.content.decode()
    assert fill(representative, address, decision="agree", **proof(user)).status_code == 302
    said = {"decision": "agree", "content_hash": chain.request.trials.get().content_hash}
    again = representative.post(address, {**said, **proof(user)})
    assert "mỗi bên xác nhận một lần" in again.content.decode()


@pytest.mark.clause("QC10.4")
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "Nhập mật khẩu"),
        ({"password": "sai-mật-khẩu", "code": ""}, "Mật khẩu không đúng"),
        ({"code": "000000"}, "Mã không đúng"),
    ],
)
def test_nobody_confirms_without_proving_again_who_they_are(
    chain: Chain, representative: Client, given: dict[str, str], told: str
) -> None:
    chain.finish()
    user = chain.users["agency_representative"]
    said = {"decision": "agree", "content_hash": chain.request.trials.get().content_hash, "remark": "Đã đối chiếu"}
    asked = {**proof(user), **given} if given else {}
    answer = representative.post(reverse("trial", args=[chain.request.pk]), {**said, **asked})
    page = answer.content.decode()
    assert told in page
    assert "Đã đối chiếu" in page
    assert PASSWORD not in page
    assert chain.fresh().state == State.AWAITING_CONFIRMATION
    assert not Confirmation.objects.exists()


def test_lists_ask_the_database_as_often_for_many_as_for_one(
    chain: Chain, officer: Client, django_assert_max_num_queries: Any
) -> None:
    chain.submit()
    for _place in range(10):
        begin_request(actor=chain.actors["agency_officer"])
    with django_assert_max_num_queries(24) as seen:
        assert officer.get(reverse("requests")).status_code == 200
    some = len(seen)
    for _place in range(10):
        begin_request(actor=chain.actors["agency_officer"])
    with django_assert_max_num_queries(some):
        officer.get(reverse("requests"))
    with django_assert_max_num_queries(40):
        officer.get(reverse("request", args=[chain.request.pk]))


def test_the_workbench_leads_to_what_waits(chain: Chain, officer: Client, representative: Client) -> None:
    chain.receive()
    asked = f"Hoàn thiện hồ sơ {chain.request.number}"
    assert asked not in officer.get(reverse("workbench")).content.decode()
    evaluation.request_completion(actor=chain.actors["evaluator"], request=chain.request, points=[POINT])
    page = representative.get(reverse("workbench")).content.decode()
    assert asked in page
    assert reverse("request", args=[chain.request.pk]) in page
