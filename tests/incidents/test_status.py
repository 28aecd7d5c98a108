"""The public status page (QC7.5): public services only, from counted days; letters only to who confirmed."""

import re
from collections.abc import Callable
from datetime import timedelta
from time import process_time
from typing import Any
from unittest.mock import patch
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Letter
from catalog.models import DataService, Upstream
from catalog.services.versions import publish_version, withdraw_version
from core import clock
from core.actor import Actor
from core.problems import TooMany
from incidents.choices import Health
from incidents.models import HealthCheck, MaintenanceWindow, Outage, StatusDay, StatusSubscription, UpstreamHealth
from incidents.services.followers import ask_to_follow, confirm_following, forget_unconfirmed, stop_following
from incidents.services.maintenance_telling import tell_due
from incidents.services.outages import watch
from incidents.services.status_days import count_days
from tests.catalog.conftest import JOB, draft, people, published, service
from tests.incidents.test_maintenance import plan
from tests.incidents.test_outages import GOOD, UNREACHABLE, ended, later

__all__ = ["draft", "people", "published", "service"]
DAY = timedelta(days=1)
PAGES = ("/trang-thai/", "/trang-thai/atom.xml", "/trang-thai/?q=mat", "/trang-thai/nhan-tin/")
ADDRESS = re.compile(r"https?://[^/\s]+(/trang-thai/\S+)")


def live_of(service: DataService) -> Upstream:
    return Upstream.objects.get(version__service=service, environment="live")


def text_of(address: str) -> str:
    answer = Client().get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.clause("QC7.5")
def test_the_page_says_how_a_service_stands_now_and_stood(
    published: DataService, people: Callable[..., Actor]
) -> None:
    upstream, now = live_of(published), clock.now()
    UpstreamHealth.objects.create(upstream=upstream, state=Health.UP, since=now, checked_at=now, due_at=now)
    page = text_of("/trang-thai/")
    assert "Không có dịch vụ nào đang gián đoạn" in page
    assert "Đang hoạt động" in page
    assert "Chưa có số liệu trong 90 ngày qua" in page
    for ago, made, answered in ((0, 100, 100), (1, 100, 96), (2, 100, 50), (89, 10, 10), (90, 10, 0)):
        StatusDay.objects.create(service=published, day=clock.today() - ago * DAY, made=made, answered=answered)
    page = text_of("/trang-thai/")
    assert "Sẵn sàng 82,5% trong 90 ngày qua; 2 ngày dưới 99%" in page
    assert re.findall(r'class="(bar-\w+)" d="', page) == ["bar-live", "bar-none", "bar-wrong", "bar-progress"]
    ended(upstream, count=5, **UNREACHABLE)
    watch()
    plan(people("operator", "H60.02"), published, public_text="Thay ổ đĩa")
    page = text_of("/trang-thai/")
    assert "1 dịch vụ đang gián đoạn" in page
    assert page.count("Mất kết nối với hệ thống nguồn") == 2
    assert "Thay ổ đĩa" in page
    assert upstream.base_url not in page
    one = text_of(reverse("status_service", args=[published.code]))
    assert one.count('scope="row"') == 90
    assert re.search(r"96,0%</td>", one)
    assert "Chưa có số liệu</td>" in one
    with later(200 * 3600):
        ended(upstream, ago=100, **GOOD)
        watch()
        page = text_of("/trang-thai/")
    assert "Đã qua" in page
    assert "Không có dịch vụ nào đang gián đoạn" in page


@pytest.mark.clause("QC3.3")
def test_nothing_of_a_service_that_is_not_public_is_anywhere(
    published: DataService, draft: Callable[..., Any], people: Callable[..., Actor]
) -> None:
    """Draft, awaiting, withdrawn: no name, no code, no outage, no maintenance, no letter."""
    operator = people("operator", "H60.02")
    secret, gone = draft(code="secret-plans", title="Kế hoạch mật"), draft(code="gone-mat", title="Đã ngừng mật")
    publish_version(actor=JOB, version=gone)
    windows = [plan(operator, version.service) for version in (secret, gone)]
    mixed = plan(operator, published, gone.service)
    for version in (secret, gone):
        StatusDay.objects.create(service=version.service, day=clock.today(), made=1, answered=1)
        live = version.upstreams.get(environment="live")
        Outage.objects.create(upstream=live, sign="calls", detail="chi tiết lỗi", opened_at=clock.now())
    assert "Đã ngừng mật" in text_of("/trang-thai/")
    StatusSubscription.objects.create(email="a@x.example", asked_at=clock.now(), confirmed_at=clock.now())
    withdraw_version(actor=JOB, version=gone, reason="Kiểm thử")
    closed = (reverse("status_service", args=["secret-plans"]), reverse("status_service", args=["gone-mat"]))
    closed += tuple(reverse("status_maintenance", args=[window.code]) for window in windows)
    assert [Client().get(address).status_code for address in closed] == [404] * 4
    shown = [reverse("status_maintenance", args=[mixed.code]), reverse("status_service", args=[published.code])]
    with later(110 * 3600):
        watch()
        tell_due()
    texts = [*map(text_of, (*PAGES, *shown)), *Letter.objects.filter(to="a@x.example").values_list("body", flat=True)]
    texts += Letter.objects.filter(to="a@x.example").values_list("subject", flat=True)
    assert len(texts) > len(PAGES) + len(shown)
    for word in ("mật", "secret-plans", "gone-mat", "chi tiết lỗi"):
        assert [text for text in texts if word in text] == []
    # Nor through the form.
    for code in ("secret-plans", "gone-mat", "nowhere"):
        page = Client().post("/trang-thai/nhan-tin/", {"email": "b@x.example", "service": code})
        assert "has-error" in page.content.decode()
    assert not StatusSubscription.objects.filter(email="b@x.example").exists()


def test_days_are_counted_by_a_job_and_again_without_harm(published: DataService) -> None:
    upstream, now = live_of(published), clock.now()
    for ago, states in ((0, "up down"), (1, "up slow up"), (40, "down"), (200, "up")):
        for state in states.split():
            HealthCheck.objects.create(upstream=upstream, at=now - ago * DAY, state=state)
    sandbox = Upstream.objects.get(version__service=published, environment="sandbox")
    HealthCheck.objects.create(upstream=sandbox, at=now, state="down")
    for _twice in range(2):
        count_days()
    rows = [((clock.today() - row.day).days, row.made, row.answered) for row in StatusDay.objects.order_by("-day")]
    assert rows == [(0, 2, 1), (1, 3, 3), (40, 1, 0)]
    HealthCheck.objects.create(upstream=upstream, at=now, state="up")
    with later(5 * 86_400):
        count_days()
    assert StatusDay.objects.get(day=clock.today()).made == 3
    with later(500 * 86_400):
        count_days()
    assert not StatusDay.objects.exists()


def test_queries_and_time_do_not_grow_with_services_and_checks(
    published: DataService, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    days = [StatusDay(service=published, day=clock.today() - n * DAY, made=1440, answered=1439) for n in range(90)]
    StatusDay.objects.bulk_create(days)
    plan_of = MaintenanceWindow.objects.count()
    assert plan_of == 0
    client = Client()
    client.get("/trang-thai/")
    with django_assert_max_num_queries(16):
        client.get("/trang-thai/")
    took = []
    for _again in range(5):
        began = process_time()
        client.get("/trang-thai/")
        took.append(process_time() - began)
    assert min(took) < 0.2
    with patch.object(HealthCheck.objects, "filter", side_effect=AssertionError("single checks are not read")):
        client.get("/trang-thai/")
        client.get(reverse("status_service", args=[published.code]))


def test_the_feed_is_atom_with_lasting_ids(published: DataService, people: Callable[..., Actor]) -> None:
    window = plan(people("operator", "H60.02"), published)
    Outage.objects.create(upstream=live_of(published), sign="calls", detail="x", opened_at=clock.now())
    answer = Client().get("/trang-thai/atom.xml")
    assert answer["Content-Type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.content)
    space = {"a": "http://www.w3.org/2005/Atom"}
    ids = [node.text for node in root.findall("a:entry/a:id", space)]
    assert len(ids) == 2
    assert any(str(one).endswith(f"trang-thai/maintenance-{window.code}") for one in ids)
    again = Client().get("/trang-thai/atom.xml", headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304


def asked(email: str = "doc@x.example", **fields: Any) -> str:
    """Ask through the page; return the page."""
    return Client().post("/trang-thai/nhan-tin/", {"email": email, **fields}).content.decode()


def address_in(letter: Letter) -> str:
    found = ADDRESS.search(letter.body)
    assert found is not None
    return found[1]


def test_letters_begin_when_confirmed_from_the_letter_and_opening_the_link_is_not_enough(
    published: DataService,
) -> None:
    first = asked(service=published.code)
    letter = Letter.objects.get()
    assert letter.to == "doc@x.example"
    link = address_in(letter)
    assert "Xác nhận nhận tin" in text_of(link)
    row = StatusSubscription.objects.get()
    assert (row.confirmed_at, row.service) == (None, published)
    client = Client(enforce_csrf_checks=True)
    assert client.post(link).status_code == 403
    for _twice in range(2):
        assert Client().post(link).status_code == 200
    row.refresh_from_db()
    assert row.confirmed_at is not None
    # Asked again, the page says the same; the letter, which only its owner reads, says that it is done.
    mask = re.compile(r'value="[^"]{20,}"|<code>[^<]*</code>|nonce="[^"]*"')
    assert mask.sub("", asked(service=published.code)) == mask.sub("", first)
    again = Letter.objects.latest("pk")
    assert "đang nhận tin" in again.body
    assert forget_unconfirmed() == 0
    assert Client().post(address_in(again)).status_code == 200
    assert not StatusSubscription.objects.exists()
    assert Client().post(link).status_code == 410


def test_a_link_too_old_or_not_ours_confirms_nothing(published: DataService) -> None:
    ask_to_follow(email="doc@x.example", service=None, address="10.0.0.1")
    link = address_in(Letter.objects.get())
    token = link.rstrip("/").rsplit("/", 1)[1]
    assert Client().post(link.replace(token, token[:-2] + "xx")).status_code == 410
    # A link to confirm is no link to end.
    stop_following(token=token)
    assert StatusSubscription.objects.filter(confirmed_at__isnull=True).count() == 1
    with patch("time.time", return_value=clock.now().timestamp() + 49 * 3600):
        assert Client().post(link).status_code == 410
    with later(49 * 3600):
        assert forget_unconfirmed() == 1
    with pytest.raises(Exception, match="hết hạn"):
        confirm_following(token=token)


def test_asking_is_limited_by_network_and_by_address_in_silence(published: DataService) -> None:
    for _n in range(6):
        assert "Kiểm tra hộp thư" in asked()
    assert Letter.objects.filter(to="doc@x.example").count() == 3
    for n in range(4):
        asked(f"nguoi-{n}@x.example")
    with pytest.raises(TooMany):
        ask_to_follow(email="them@x.example", service=None, address="127.0.0.1")
    answer = Client().post("/trang-thai/nhan-tin/", {"email": "them@x.example"})
    assert (answer.status_code, "Retry-After" in answer) == (429, True)
    ask_to_follow(email="them@x.example", service=None, address="10.9.9.9")
    assert "Nhập địa chỉ thư" in asked("khong-phai-thu")


def test_followers_hear_of_an_outage_of_the_live_environment_once(published: DataService) -> None:
    now = clock.now()
    for one in (None, published):
        StatusSubscription.objects.create(email="doc@x.example", service=one, asked_at=now, confirmed_at=now)
    upstream = live_of(published)
    ended(upstream, count=5, **UNREACHABLE)
    for _twice in range(2):
        watch()
    with later(100):
        ended(upstream, ago=90, **GOOD)
        watch()
    letters = Letter.objects.filter(to="doc@x.example").order_by("pk")
    title = "Đơn vị hành chính"
    assert [letter.subject for letter in letters] == [f"Mất kết nối – {title}", f"Đã nối lại – {title}"]
    assert all(letter.unsubscribe and upstream.base_url not in letter.body for letter in letters)
