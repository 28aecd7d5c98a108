"""The page of a key: last use, use a day, and the change of one key for another without a break (ux.md C5)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.models import Agency, User
from connections.models import Credential, EnvironmentTerms, Grant
from connections.projection import load_keys
from connections.selectors.keys import use_of_key
from connections.services.key_proof import activate_key
from connections.services.keys import Made, make_key, revoke_key
from core import clock
from tests.connections.call_log import log_calls
from tests.connections.conftest import Chain, Desk
from tests.connections.proving import proof_of, take_key
from tests.connections.use_log import counted

pytestmark = pytest.mark.clause("Q50-11.1", "QC8.4")


@pytest.fixture
def key(chain: Chain) -> Credential:
    chain.live()
    return take_key(actor=chain.actors["technician"], system=chain.system, environment="live").credential


def called(key: Credential, *, days_ago: int = 0, calls: int = 1) -> None:
    grant = Grant.objects.open().get(environment=key.environment)
    moment = clock.start_of(clock.today() - timedelta(days=days_ago)) + timedelta(seconds=1)
    log_calls(grant, access_key=key.access_key, key_id=key.pk, calls=calls, received_at=moment)
    counted()


def successor(chain: Chain, key: Credential) -> Made:
    return make_key(actor=chain.actors["technician"], system=chain.system, environment="live", replaces=key)


def page_of(client: Client, key: Credential) -> str:
    answer = client.get(f"/nha-phat-trien/khoa/{key.pk}/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_a_key_tells_what_it_is_and_when_and_whence_it_was_used(key: Credential, chain: Chain, desk: Desk) -> None:
    empty = page_of(desk("technician"), key)
    for part in (key.access_key, "HMAC-SHA256", f"{key.valid_to:%d/%m/%Y}", key.made_by.full_name, "Đang dùng"):
        assert part in empty
    called(key, calls=1204)
    page = page_of(desk("technician"), key)
    assert "10.20.30.4" in page
    assert "1.204" in page
    assert "sk_" not in page
    assert f"/nha-phat-trien/khoa/{key.pk}/" in desk("technician").get("/nha-phat-trien/").content.decode()


def test_a_key_is_changed_for_another_without_a_break(key: Credential, chain: Chain, desk: Desk) -> None:
    """Make the second, both sign, watch the first fall silent, revoke it."""
    technician = desk("technician")
    called(key, days_ago=1, calls=50)
    made = successor(chain, key)
    assert "chưa kích hoạt" in page_of(technician, key)
    activate_key(actor=chain.actors["technician"], credential=made.credential, proof=proof_of(made))
    key.refresh_from_db()
    overlap = EnvironmentTerms.objects.get(environment="live").overlap_days
    assert key.valid_to <= clock.today() + timedelta(days=overlap)
    assert {row.access_key for row in load_keys() if row.active} == {key.access_key, made.credential.access_key}
    called(key, calls=3)
    assert "Hôm nay khóa này còn ký 3 lượt gọi" in page_of(technician, key)
    called(made.credential, calls=60)
    beside = page_of(technician, key)
    assert "Khóa thay thế" in beside
    assert ">60<" in beside.replace(" ", "")
    assert "thu hồi khóa cũ" in page_of(technician, made.credential)
    revoke_key(actor=chain.actors["technician"], credential=key, reason="Đã thay")
    assert "Đang thay khóa" not in page_of(technician, key)


@pytest.mark.parametrize(
    ("last", "moved", "said"),
    [
        (None, True, "thu hồi không làm gián đoạn"),
        (0, False, "còn ký 1 lượt"),
        (1, False, "Chưa qua trọn một ngày"),
        (2, True, "thu hồi không làm gián đoạn"),
    ],
)
def test_the_old_key_may_go_once_it_was_silent_for_a_whole_day(
    last: int | None, moved: bool, said: str, key: Credential, chain: Chain, desk: Desk
) -> None:
    made = successor(chain, key)
    activate_key(actor=chain.actors["technician"], credential=made.credential, proof=proof_of(made))
    if last is not None:
        called(key, days_ago=last)
    use = use_of_key(Credential.objects.get(pk=key.pk))
    assert use.moved is moved
    assert said in page_of(desk("technician"), key)


def test_the_form_begins_with_the_key_to_be_replaced(key: Credential, chain: Chain, desk: Desk) -> None:
    address = f"/nha-phat-trien/{chain.system.code}/khoa/moi/?replaces={key.pk}"
    form = desk("technician").get(address).context["form"]
    assert form.initial["replaces"] == key
    assert form.initial["environment"] == "live"
    for odd in ("x", "9" * 30, "999999", "-1"):
        answer = desk("technician").get(f"/nha-phat-trien/{chain.system.code}/khoa/moi/?replaces={odd}")
        assert "replaces" not in answer.context["form"].initial


def test_the_page_is_the_agencys_own(
    key: Credential, agency: Callable[..., Agency], person: Callable[..., User], signed_in: Any, desk: Desk
) -> None:
    other = signed_in(person("ky-thuat.khac@lgsp.example", agency("H60.91"), "technician"))
    assert other.get(f"/nha-phat-trien/khoa/{key.pk}/").status_code == 404
    page = page_of(desk("agency_officer"), key)
    assert "Thu hồi</a>" not in page


def test_the_use_of_a_key_is_two_queries(key: Credential, django_assert_num_queries: Any) -> None:
    called(key, days_ago=3, calls=5)
    found = Credential.objects.select_related("replaces").get(pk=key.pk)
    with django_assert_num_queries(2):
        use = use_of_key(found)
    assert [row.own for row in use.days[:5]] == [0, 0, 0, 5, 0]
    assert use.quiet_since == clock.today() - timedelta(days=2)
