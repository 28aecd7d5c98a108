"""Webhooks: signed, tried again, at most one visible effect, never inside; pages of the agency and of staff."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.models import Agency, Notice, User
from audit.models import Fact
from core.actor import Actor
from core.problems import InvalidInput, PermissionRefused, StateRefused, TooMany
from core.webhooks import signature
from incidents import tasks
from incidents.alert_choices import Severity, WebhookState
from incidents.models import AlertPolicy, AlertRule, Webhook, WebhookDelivery
from incidents.selectors.detection.findings import found
from incidents.services import webhook_sending
from incidents.services.alert_telling import tell_news
from incidents.services.alerts import raise_alerts
from incidents.services.webhook_sending import CLAIM, MOST_ANSWER, deliver_webhooks, forget_old
from incidents.services.webhooks import (
    MOST,
    Made,
    add_webhook,
    change_webhook,
    end_webhook,
    pause_webhook,
    replay,
    resume_webhook,
    rotate_secret,
    send_test,
)
from lgsp.settings import CELERY_BEAT_SCHEDULE
from tests.incidents.test_alerts import RULE, acting, later
from tests.incidents.test_telling import finding

pytestmark = [pytest.mark.django_db, pytest.mark.clause("QC14.3")]


@dataclass
class Receiver:
    """A real receiver as an agency would write one: checks the signature, takes each id once."""

    url: str = ""
    secret: str = ""
    status: int = 200
    location: str = ""
    size: int = 2
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    taken: dict[str, dict[str, Any]] = field(default_factory=dict)

    def hear(self, headers: dict[str, str], body: bytes) -> int:
        self.got.append((headers, body))
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        wanted = "v1," + base64.b64encode(hmac.new(key, said, hashlib.sha256).digest()).decode()
        if wanted not in headers["webhook-signature"].split(" "):
            return 401
        if 200 <= self.status < 300:
            self.taken.setdefault(headers["webhook-id"], json.loads(body))
        return self.status


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.LOOPBACK_UPSTREAMS = True
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = made.hear({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            if made.location:
                self.send_header("Location", made.location)
            self.send_header("Content-Length", str(made.size))
            self.end_headers()
            with_room = b"x" * min(made.size, 1 << 20)
            with suppress(OSError):
                self.wfile.write(with_room)

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/canh-bao"
    threading.Thread(target=server.serve_forever, args=(0.05,)).start()
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture
def body(agency: Callable[..., Agency]) -> Agency:
    return agency("H60.07")


@pytest.fixture
def technician(person: Callable[..., User], body: Agency) -> Actor:
    return acting(person("ky-thuat@lgsp.example", body, "technician"))


@pytest.fixture
def operator(person: Callable[..., User], agency: Callable[..., Agency]) -> Actor:
    return acting(person("van-hanh@lgsp.example", agency("H60.02", is_operator=True), "operator"))


def added(actor: Actor, receiver: Receiver, **fields: Any) -> Made:
    values = {"name": "Giám sát", "url": receiver.url, "floor": Severity.WARNING, **fields}
    made = add_webhook(actor=actor, **values)
    receiver.secret = made.secret
    return made


def test_a_signature_is_that_of_the_specification() -> None:
    """The example of the specification's own text."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    found_ = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert found_ == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_an_alert_arrives_signed_once_at_those_it_concerns(
    receiver: Receiver, technician: Actor, operator: Actor, body: Agency, agency: Callable[..., Agency]
) -> None:
    made = added(technician, receiver)
    Webhook.objects.create(
        agency=agency("H60.08"),
        name="Người lạ",
        url="http://127.0.0.1:9",
        created_at=made.webhook.created_at,
        signs_since=made.webhook.signs_since,
    )
    rule = AlertRule.objects.create(**{**RULE, "tells_consumer": True, "most_subjects": 200})
    raise_alerts(rule=rule, found=found([finding(agency_id=body.pk), finding("k-nobody")]))
    tell_news()
    tell_news()
    assert (deliver_webhooks(), deliver_webhooks()) == (1, 0)
    ((headers, raw),) = receiver.got
    told = json.loads(raw)
    assert (told["type"], told["data"]["rule"], told["data"]["severity"]) == ("alert.opened", "thu", "warning")
    assert told["data"]["subject"] == {"kind": "key", "id": "ak_live_a", "label": "ak_live_a"}
    assert headers["content-type"] == "application/json; charset=utf-8"
    assert list(receiver.taken) == [headers["webhook-id"]]
    # Many at once are one message; what lies below its floor is none.
    raise_alerts(rule=rule, found=found([finding(f"k{number}", agency_id=body.pk) for number in range(150)]))
    low = AlertRule.objects.create(**{**RULE, "code": "nhe", "severity": Severity.INFO, "tells_consumer": True})
    raise_alerts(rule=low, found=found([finding(agency_id=body.pk)]))
    tell_news()
    assert deliver_webhooks() == 1
    many = json.loads(receiver.got[-1][1])
    assert (many["type"], many["data"]["count"], len(many["data"]["first"])) == ("alert.many", 150, 50)
    job = CELERY_BEAT_SCHEDULE["deliver-webhooks"]
    assert (job["task"], job["schedule"]) == ("incidents.tasks.deliver_webhooks", 10.0)


def test_what_is_not_taken_is_tried_again_with_pauses_until_its_time_is_over(
    receiver: Receiver, technician: Actor, operator: Actor
) -> None:
    AlertPolicy.objects.update_or_create(pk=1, defaults={"webhook_hours": 1, "webhook_faults": 2})
    made = added(technician, receiver)
    receiver.status, receiver.location = 302, receiver.url
    first, second = (send_test(actor=technician, webhook=made.webhook) for _ in range(2))
    # One that fails is left alone for the rest of the run; a redirect is not followed.
    assert (deliver_webhooks(), len(receiver.got)) == (0, 1)
    gaps = []
    for _turn in range(12):
        first.refresh_from_db()
        if first.given_up_at:
            break
        with patch("core.clock.now", return_value=first.next_try_at):
            WebhookDelivery.objects.filter(pk=second.pk).update(next_try_at=first.expires_at)
            before = first.next_try_at
            deliver_webhooks()
            first.refresh_from_db()
            gaps.append((first.next_try_at - before).total_seconds())
    assert gaps == [60, 300, 1800, 7200]
    assert [item.status for item in first.attempts.all()] == [302] * 5
    assert len({headers["webhook-id"] for headers, _body in receiver.got}) == 1
    # The second goes the same way: the webhook rests, those who keep it are told, nothing more is queued.
    WebhookDelivery.objects.filter(pk=second.pk).update(next_try_at=second.expires_at)
    with patch("core.clock.now", return_value=second.expires_at):
        deliver_webhooks()
    stored = Webhook.objects.get()
    assert (stored.state, stored.state_reason) == (WebhookState.RESTED, "2 tin liên tiếp không gửi được")
    assert Notice.objects.get(event="webhook.rested").recipient_id == technician.user_id
    with pytest.raises(StateRefused):
        send_test(actor=technician, webhook=stored)
    with pytest.raises(StateRefused):
        replay(actor=technician, delivery=first)
    receiver.status, receiver.location = 204, ""
    resume_webhook(actor=operator, webhook=stored)
    replay(actor=technician, delivery=first)
    with pytest.raises(StateRefused):
        replay(actor=technician, delivery=first)
    assert deliver_webhooks() == 1
    assert list(receiver.taken) == [first.message_id]
    deeds = list(Fact.objects.filter(deed__startswith="webhook").order_by("pk").values_list("deed", flat=True))
    assert deeds == [f"webhook.{deed}" for deed in ("added", "tested", "tested", "rested", "resumed", "replayed")]
    with later(31 * 86_400):
        assert forget_old() > 0
    assert WebhookDelivery.objects.count() == 0


def test_both_secrets_sign_while_one_is_replaced_and_neither_is_shown_again(
    receiver: Receiver, technician: Actor, operator: Actor
) -> None:
    made = added(technician, receiver)
    old = made.secret
    with pytest.raises(InvalidInput):
        rotate_secret(actor=technician, webhook=made.webhook, overlap_hours=1000)
    with pytest.raises(PermissionRefused):
        rotate_secret(actor=operator, webhook=made.webhook, overlap_hours=24)
    new = rotate_secret(actor=technician, webhook=made.webhook, overlap_hours=24).secret
    for moment, secrets in ((0, {old, new}), (25 * 3600, {new})):
        with later(moment):
            send_test(actor=technician, webhook=made.webhook)
            for secret in secrets:
                receiver.secret = secret
            deliver_webhooks()
            headers, body = receiver.got[-1]
            wanted = {
                signature(item, headers["webhook-id"], int(headers["webhook-timestamp"]), body) for item in secrets
            }
            assert set(headers["webhook-signature"].split(" ")) == wanted
    assert len(receiver.taken) == 2
    leaked = rotate_secret(actor=technician, webhook=made.webhook, overlap_hours=0)
    assert (leaked.webhook.sealed_old, leaked.webhook.old_until) == ("", None)
    everything = "".join(str(row) for row in Fact.objects.values_list("before", "after"))
    for secret in (old, new, leaked.secret):
        assert secret not in everything
        assert secret not in Webhook.objects.get().sealed_secret


def test_addresses_inside_are_refused_when_entered_and_when_called(
    receiver: Receiver, technician: Actor, settings: Any
) -> None:
    for url in (
        "http://169.254.169.254/latest",
        "https://[::ffff:169.254.169.254]/",
        "https://user:pw@nhan.example/",
        "https://nhan.example/?token=1",
        "ftp://nhan.example/",
        "http://10.1.2.3/canh-bao",
        settings.DATABASES["default"].get("HOST", "") and f"http://127.0.0.1:{settings.DATABASES['default']['PORT']}/",
    ):
        with pytest.raises(InvalidInput) as refused:
            add_webhook(actor=technician, name="Sai", url=url, floor=Severity.INFO)
        assert "url" in refused.value.errors, url
    made = added(technician, receiver)
    # The name was judged long ago; since then it leads inside.
    Webhook.objects.update(url="https://169.254.169.254/latest")
    delivery = send_test(actor=technician, webhook=made.webhook)
    deliver_webhooks()
    assert delivery.attempts.get().error == "Địa chỉ nằm ngoài phạm vi nền tảng được gọi"
    Webhook.objects.update(url=receiver.url)
    settings.LOOPBACK_UPSTREAMS = False
    with later(10):
        deliver_webhooks()
    assert receiver.got == []


def test_an_answer_of_any_size_is_read_to_its_cap_and_410_stops(receiver: Receiver, technician: Actor) -> None:
    made = added(technician, receiver)
    receiver.size = 1 << 30
    send_test(actor=technician, webhook=made.webhook)
    with patch.object(webhook_sending, "ask", wraps=webhook_sending.ask) as asked:
        assert deliver_webhooks() == 1
    assert asked.call_args.kwargs["max_bytes"] == MOST_ANSWER
    receiver.size, receiver.status = 2, 410
    send_test(actor=technician, webhook=made.webhook)
    deliver_webhooks()
    assert Webhook.objects.get().state == WebhookState.RESTED


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_dies_and_two_at_once_have_one_visible_effect(receiver: Receiver) -> None:
    body = Agency.objects.create(code="H60.07", name="Sở (mẫu)", kind="department", source="kiểm thử")
    user = User.objects.create_user("ky-thuat@lgsp.example", "x", full_name="Cán bộ (mẫu)")
    user.memberships.create(agency=body, role="technician", valid_from="2026-01-01")
    technician = acting(user)
    made = added(technician, receiver)
    sent = [send_test(actor=technician, webhook=made.webhook) for _ in range(2)]
    # Killed before sending, then after sending and before noting: the claim holds, and runs out.
    for place in ("_send", "_note"):
        with patch.object(webhook_sending, place, side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
            deliver_webhooks()
    assert (len(receiver.got), deliver_webhooks()) == (1, 0)
    gate = threading.Barrier(3)

    def work() -> None:
        try:
            gate.wait(5)
            with patch.object(webhook_sending, "CLAIM", CLAIM):
                tasks.deliver_webhooks()
        finally:
            connection.close()

    with later(CLAIM.total_seconds() + 1):
        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        deliver_webhooks()
    # One was sent twice under one id, which a receiver takes once; the other once.
    assert len(receiver.got) == 3
    assert sorted(receiver.taken) == sorted(item.message_id for item in sent)
    assert WebhookDelivery.objects.filter(delivered_at=None).count() == 0


def test_who_may_and_how_many(
    receiver: Receiver, technician: Actor, operator: Actor, person: Callable[..., User], body: Agency
) -> None:
    officer = acting(person("can-bo@lgsp.example", body, "agency_officer"))
    with pytest.raises(PermissionRefused):
        added(officer, receiver)
    made = added(technician, receiver)
    with pytest.raises(InvalidInput):
        added(technician, receiver)
    receiver.secret = made.secret
    for number in range(1, MOST):
        add_webhook(actor=technician, name="N", url=f"{receiver.url}/{number}", floor=Severity.HIGH)
    with pytest.raises(StateRefused):
        add_webhook(actor=technician, name="N", url=f"{receiver.url}/n", floor=Severity.HIGH)
    for _turn in range(3):
        send_test(actor=technician, webhook=made.webhook)
    with pytest.raises(TooMany):
        send_test(actor=technician, webhook=made.webhook)
    for deed in (change_webhook, send_test):
        with pytest.raises(PermissionRefused):
            deed(actor=operator, webhook=made.webhook)
    with pytest.raises(InvalidInput):
        pause_webhook(actor=operator, webhook=made.webhook, reason=" ")
    pause_webhook(actor=operator, webhook=made.webhook, reason="Nơi nhận quá tải")
    assert deliver_webhooks() == 0
    end_webhook(actor=technician, webhook=made.webhook, reason="Thôi dùng")
    stored = Webhook.objects.get(pk=made.webhook.pk)
    assert (stored.state, stored.sealed_secret) == (WebhookState.ENDED, "")
    assert not stored.deliveries.filter(given_up_at=None).exists()
    with pytest.raises(StateRefused):
        resume_webhook(actor=technician, webhook=stored)
    added(technician, receiver)


def test_the_pages_of_the_agency_and_of_staff(
    receiver: Receiver, technician: Actor, operator: Actor, signed_in: Callable[[User], Client]
) -> None:
    own = signed_in(User.objects.get(pk=technician.user_id))
    assert "chưa khai báo điểm nhận tin nào" in own.get(reverse("webhooks")).content.decode()
    bad = own.post(reverse("new_webhook"), {"name": "A", "url": "http://169.254.1.1/", "floor": "info"})
    assert (bad.status_code, "http://169.254.1.1/" in bad.content.decode()) == (422, True)
    given = {"name": "Giám sát", "url": receiver.url, "floor": "info"}
    shown = own.post(reverse("new_webhook"), given).content.decode()
    hook = Webhook.objects.get()
    receiver.secret = "whsec_" + shown.split("whsec_", 1)[1].split("<", 1)[0]
    page = reverse("webhook", args=[hook.pk])
    assert "whsec_" not in own.get(page).content.decode()
    assert own.post(page, {"do": "test"}).status_code == 302
    receiver.status = 500
    deliver_webhooks()
    assert "HTTP 500" in own.get(page).content.decode()
    sent = WebhookDelivery.objects.get()
    receiver.status = 200
    with later(10):
        deliver_webhooks()
    log = reverse("webhook_delivery", args=[hook.pk, sent.pk])
    assert "webhook.test" in own.get(log).content.decode()
    assert own.post(log).status_code == 302
    assert own.post(page, {"do": "pause", "pause-reason": ""}).status_code == 422
    wrong = own.post(page, {"do": "change", "change-name": "B", "change-url": "khong", "change-floor": "info"})
    assert (wrong.status_code, Webhook.objects.get().name) == (422, "Giám sát")
    secret = reverse("webhook_secret", args=[hook.pk])
    assert "whsec_" in own.post(secret, {"overlap_hours": "24"}).content.decode()
    assert "Khóa cũ còn ký song song" in own.get(page).content.decode()
    staff = signed_in(User.objects.get(pk=operator.user_id))
    assert "Giám sát" in staff.get(reverse("admin:incidents_webhook_changelist")).content.decode()
    step = reverse("admin:incidents_webhook_step", args=[hook.pk, "pause"])
    assert staff.post(step, {"reason": "Nơi nhận quá tải"}).status_code == 302
    assert "Nơi nhận quá tải" in own.get(page).content.decode()
    assert staff.post(reverse("admin:incidents_webhook_step", args=[hook.pk, "resume"])).status_code == 302
    row = reverse("admin:incidents_webhookdelivery_change", args=[sent.pk])
    assert "HTTP 500" in staff.get(row).content.decode()
    assert sent.message_id in staff.get(reverse("admin:incidents_webhookdelivery_changelist")).content.decode()
    deliver_webhooks()
    assert staff.post(reverse("admin:incidents_webhookdelivery_step", args=[sent.pk, "replay"])).status_code == 302
    assert staff.get(reverse("webhook_secret", args=[hook.pk])).status_code == 403
