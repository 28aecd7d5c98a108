"""One call of the live environment from the portal: who may, why, what of, and what is kept (ux.md C3)."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Membership
from audit.models import Fact
from catalog.models import DataService, Operation
from connections.models import Grant
from connections.services.holds import place_hold
from connections.services.live_trying import try_live
from connections.services.trying import Wish
from core import clock
from core.http import OwnAnswer, Unreachable
from core.problems import DomainError, GuardRefused, InvalidInput, PermissionRefused, StateRefused, TooMany
from tests.connections.conftest import Chain, Desk
from tests.connections.proving import take_key
from tests.connections.refusing import refused

REASON = "Kiểm tra kết nối sau khi đổi khóa"
FILLED = {"path_code": "02215", "reason": REASON, "knows": "on"}


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What would go to the broker; each time, the deeds that were facts before."""
    found: list[dict[str, Any]] = []

    def answer(method: str, url: str, **given: Any) -> OwnAnswer:
        facts = list(Fact.objects.filter(deed__startswith="live.").values_list("deed", flat=True))
        found.append({"method": method, "url": url, "facts": facts, **given})
        headers = (("X-Request-Id", "01990000-0000-7000-8000-000000000001"),)
        return OwnAnswer(200, headers, b'{"data": "secret-of-the-answer"}', 32, 12)

    monkeypatch.setattr("connections.services.trying.call_own", answer)
    return found


@pytest.fixture
def grant(chain: Chain) -> Grant:
    """The live grant of a system in operation, which holds a live key."""
    chain.live()
    take_key(actor=chain.actors["technician"], system=chain.system, environment="live")
    return Grant.objects.get(environment="live")


def operation(code: str = "one") -> Operation:
    return Operation.objects.select_related("version__service").get(code=code)


def ask(chain: Chain, grant: Grant, role: str = "technician", **changes: Any) -> Any:
    given = {"operation": operation(), "wish": Wish({"code": "02215"}), "reason": REASON, **changes}
    return try_live(actor=chain.actors[role], grant=grant, **given)


def address(grant: Grant, code: str = "one") -> str:
    return reverse("live_try", args=[grant.code, "v1", code])


@pytest.mark.clause("QC11.3")
def test_who_and_why_are_kept_before_anything_is_sent(
    chain: Chain, grant: Grant, desk: Desk, sent: list[dict[str, Any]]
) -> None:
    page = desk("technician").post(address(grant), FILLED)
    text = page.content.decode()
    assert (len(sent), sent[0]["facts"]) == (1, ["live.tried"])
    assert sent[0]["headers"]["X-LGSP-Grant"] == grant.code
    assert sent[0]["headers"]["X-LGSP-Purpose"] == grant.purpose.code
    assert "ak_live_" in sent[0]["headers"]["Signature-Input"]
    assert "secret-of-the-answer" in text
    assert "no-store" in page["Cache-Control"]
    before, after = Fact.objects.filter(deed__startswith="live.").order_by("pk")
    assert (before.reason, before.actor_id) == (REASON, chain.users["technician"].pk)
    assert before.after["operation"] == "one"
    assert (after.deed, after.after["status"]) == ("live.answered", 200)
    assert after.after["request_id"] == "01990000-0000-7000-8000-000000000001"
    for fact in (before, after):
        assert "02215" not in str(fact.after)
        assert "secret-of-the-answer" not in str(vars(fact))


def test_the_page_says_that_it_is_real_and_where_it_comes_from(chain: Chain, grant: Grant, desk: Desk) -> None:
    text = desk("technician").get(address(grant)).content.decode()
    for said in ("Chính thức: dữ liệu thật", "Cuộc gọi này là thật", "10.20.30.0/24", "network-not-allowed"):
        assert said in text
    listed = desk("technician").get(reverse("grant", args=[grant.code])).content.decode()
    assert address(grant) in listed
    for role in ("agency_officer", "operator"):
        assert address(grant) not in desk(role).get(reverse("grant", args=[grant.code])).content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": ""}, "Nhập lý do gọi môi trường chính thức"),
        ({"reason": "thử"}, "Nêu lý do rõ hơn, ít nhất 10 ký tự"),
        ({"knows": ""}, "Đánh dấu để xác nhận trước khi gửi"),
    ],
)
def test_without_a_reason_and_a_word_nothing_is_sent(
    grant: Grant, desk: Desk, sent: list[dict[str, Any]], changes: dict[str, str], said: str
) -> None:
    text = desk("technician").post(address(grant), {**FILLED, **changes}).content.decode()
    assert said in text
    assert 'value="02215"' in text
    assert (sent, Fact.objects.filter(deed__startswith="live.").count()) == ([], 0)


def test_the_deed_itself_asks_for_the_reason(chain: Chain, grant: Grant, sent: list[dict[str, Any]]) -> None:
    for reason in ("", "   ngắn   ", "x" * 301):
        refusal = refused(InvalidInput, lambda reason=reason: ask(chain, grant, reason=reason))
        assert list(refusal.errors) == ["reason"]
    assert sent == []


@pytest.mark.parametrize("role", ["agency_officer", "agency_representative", "operator", "department_leader"])
def test_others_may_not(chain: Chain, grant: Grant, desk: Desk, sent: list[dict[str, Any]], role: str) -> None:
    refused(PermissionRefused, lambda: ask(chain, grant, role))
    assert desk(role).post(address(grant), FILLED).status_code in (302, 403, 404)
    assert sent == []


def test_a_suppliers_technician_may_not(chain: Chain, grant: Grant, desk: Desk, sent: list[dict[str, Any]]) -> None:
    """He keeps keys for the agency; the agency's data on a screen is not his."""
    until = clock.today() + timedelta(days=30)
    Membership.objects.filter(user=chain.users["technician"]).update(employer="Công ty mẫu", valid_to=until)
    refused(PermissionRefused, lambda: ask(chain, grant))
    text = desk("technician").post(address(grant), FILLED).content.decode()
    assert "Người của đơn vị cung ứng" in text
    assert "Gọi môi trường chính thức</button>" not in text
    assert sent == []


def _personal(_chain: Chain) -> None:
    DataService.objects.update(personal_data="basic")


def _changing(_chain: Chain) -> None:
    Operation.objects.update(method="POST")


def _over(_chain: Chain) -> None:
    day = clock.today() - timedelta(days=1)
    Grant.objects.filter(environment="live").update(valid_from=day, valid_to=day)


def _held(chain: Chain) -> None:
    place_hold(actor=chain.actors["operator"], connection=chain.connection(), side="operator", reason="Sự cố")


def _keyless(chain: Chain) -> None:
    chain.system.credentials.update(valid_to=clock.today() - timedelta(days=1))


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (_personal, GuardRefused),
        (_changing, GuardRefused),
        (_over, StateRefused),
        (_held, StateRefused),
        (_keyless, StateRefused),
    ],
)
def test_what_is_not_asked_from_a_screen(
    chain: Chain, grant: Grant, desk: Desk, sent: list[dict[str, Any]], change: Any, kind: type[DomainError]
) -> None:
    change(chain)
    grant = Grant.objects.select_related("system", "service", "purpose").get(pk=grant.pk)
    refusal = refused(kind, lambda: ask(chain, grant))
    text = desk("technician").post(address(grant), FILLED).content.decode()
    assert str(refusal.detail) in text
    assert "Gọi môi trường chính thức</button>" not in text
    assert (sent, Fact.objects.filter(deed__startswith="live.").count()) == ([], 0)


def test_another_agencys_and_the_sandboxs_grants_are_not_found(chain: Chain, grant: Grant, desk: Desk) -> None:
    sandbox = Grant.objects.open().get(environment="sandbox")
    assert desk("technician").get(address(sandbox)).status_code == 404
    assert desk("technician").get(address(grant, "khong-co")).status_code == 404
    refused(StateRefused, lambda: ask(chain, sandbox))


def test_an_answer_that_never_came_leaves_who_asked(
    chain: Chain, grant: Grant, sent: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def nobody(*_given: Any, **_named: Any) -> OwnAnswer:
        raise Unreachable("no-connection")

    monkeypatch.setattr("connections.services.trying.call_own", nobody)
    with pytest.raises(DomainError, match="Bộ trung gian chưa trả lời"):
        ask(chain, grant)
    assert [fact.deed for fact in Fact.objects.filter(deed__startswith="live.")] == ["live.tried"]


def test_tries_are_bounded(chain: Chain, grant: Grant, sent: list[dict[str, Any]], settings: Any) -> None:
    settings.TRIES_PER_MINUTE = 1
    ask(chain, grant)
    refused(TooMany, lambda: ask(chain, grant))
    assert len(sent) == 1
