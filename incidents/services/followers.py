"""Readers of the status page who want letters: asked for, confirmed from the letter, ended with one press.

Whatever is typed, the page answers the same, so nobody learns who follows what. An address gets few letters a day that
it did not confirm. No facts: nothing governed changes, and an address that left leaves nothing behind.
"""

import contextlib
from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.services.letters import send_letter
from catalog.models import DataService
from core import clock
from core.networks import subscriber_of
from core.problems import InvalidInput, NoLongerValid, TooMany
from core.text import tidy
from core.tries import take_try
from incidents.models import StatusSubscription

ROOM = "status-follow"
# How long an address has to confirm, and how often one network and one address may ask. Ours, not the law's.
CONFIRM_WITHIN = timedelta(hours=48)
ASKS_PER_NETWORK, NETWORK_SECONDS = 10, 3600
ASKS_PER_ADDRESS, ADDRESS_SECONDS = 3, 86_400
_CONFIRM, _END = "status.confirm", "status.end"


def ask_to_follow(*, email: str, service: DataService | None, address: str | None) -> None:
    """Send *email* a letter from which it confirms that it wants news of *service* (None: of all).

    What is known of the address changes nothing that can be seen. Raises InvalidInput for what is no address, TooMany
    for a network that asks too often; an address that is asked for too often gets no more letters today.
    """
    typed = tidy(email).lower()
    try:
        validate_email(typed)
    except ValidationError as error:
        raise InvalidInput({"email": [_("Nhập địa chỉ thư, ví dụ can-bo@co-quan.gov.vn")]}) from error
    network = subscriber_of(address)
    take_try(ROOM, [f"network:{network}"], limit=ASKS_PER_NETWORK, seconds=NETWORK_SECONDS, guessing=False)
    with contextlib.suppress(TooMany):
        take_try(ROOM, [f"to:{typed}"], limit=ASKS_PER_ADDRESS, seconds=ADDRESS_SECONDS, guessing=False)
        _write_confirmation(typed, service)


@transaction.atomic
def _write_confirmation(email: str, service: DataService | None) -> None:
    now = clock.now()
    row, _made = StatusSubscription.objects.get_or_create(email=email, service=service, defaults={"asked_at": now})
    what = _what(service)
    if row.confirmed_at is not None:
        text = _("Địa chỉ này đang nhận tin trạng thái của %(what)s; không cần làm gì. Thôi nhận tin: %(address)s")
        body = text % {"what": what, "address": _address("status_unfollow", row, _END)}
        subject = _("Đang nhận tin trạng thái: %(what)s") % {"what": what}
    else:
        row.asked_at = now
        row.save(update_fields=["asked_at"])
        text = _(
            "Có người đăng ký nhận tin trạng thái của %(what)s cho địa chỉ này. Nếu đó là bạn, mở địa chỉ sau và xác "
            "nhận trong %(n)s giờ:\n%(address)s\nNếu không, bỏ qua thư này; nền tảng xóa địa chỉ sau thời gian đó."
        )
        values = {"what": what, "n": int(CONFIRM_WITHIN.total_seconds() // 3600)}
        body = text % (values | {"address": _address("status_confirm", row, _CONFIRM)})
        subject = _("Xác nhận nhận tin trạng thái: %(what)s") % {"what": what}
    send_letter(to=email, subject=subject, body=body, expires_at=now + CONFIRM_WITHIN)


def following(token: str) -> StatusSubscription | None:
    """Return what a link of a letter is about; None when it is too old, ended, or no link of ours."""
    return _of(token, _CONFIRM) or _of(token, _END)


@transaction.atomic
def confirm_following(*, token: str) -> StatusSubscription:
    """Begin sending letters, as the link in the letter asks; twice is once. Raises NoLongerValid."""
    row = _of(token, _CONFIRM)
    if row is None:
        raise NoLongerValid(_("Liên kết xác nhận đã hết hạn hoặc không đúng. Đăng ký lại ở trang trạng thái."))
    stored = StatusSubscription.objects.select_for_update().filter(pk=row.pk).first()
    if stored is None:
        raise NoLongerValid(_("Đăng ký này đã thôi. Đăng ký lại ở trang trạng thái."))
    if stored.confirmed_at is None:
        stored.confirmed_at = clock.now()
        stored.save(update_fields=["confirmed_at"])
    return stored


@transaction.atomic
def stop_following(*, token: str) -> None:
    """Send no more letters and forget the address; twice, or by a link that is no longer known, changes nothing."""
    row = _of(token, _END)
    if row is not None:
        row.delete()


def forget_unconfirmed() -> int:
    """Delete what nobody confirmed in time; return how many."""
    late = StatusSubscription.objects.filter(confirmed_at__isnull=True, asked_at__lt=clock.now() - CONFIRM_WITHIN)
    return int(late.delete()[0])


def tell_followers(*, services: Iterable[int], subject: str, body: str, link: str) -> int:
    """Write one letter to each address that follows one of *services* or all of them; return how many.

    Inside the deed's transaction. The caller passes public services and texts only; what is not public is left out.
    """
    public = DataService.objects.named_in_public().filter(pk__in=list(services)).values("pk")
    wanted = Q(service__isnull=True) | Q(service__in=public)
    rows = StatusSubscription.objects.filter(wanted, confirmed_at__isnull=False).order_by("email", "pk")
    letters = {row.email: row for row in reversed(list(rows.select_related("service")))}
    for email, row in sorted(letters.items()):
        end = _address("status_unfollow", row, _END)
        foot = [
            _("Xem trên cổng: %(address)s") % {"address": f"{settings.PUBLIC_URL}{link}"},
            "",
            _("Thư tự động vì địa chỉ này đăng ký nhận tin trạng thái của %(what)s.") % {"what": _what(row.service)},
            _("Thôi nhận tin: %(address)s") % {"address": end},
        ]
        send_letter(to=email, subject=subject, body="\n".join([body, "", *foot]), unsubscribe=end)
    return len(letters)


def _what(service: DataService | None) -> str:
    return f"«{service.title}»" if service else _("mọi dịch vụ công khai")


def _address(name: str, row: StatusSubscription, salt: str) -> str:
    token = signing.dumps([row.pk, row.email], salt=salt, compress=True)
    return f"{settings.PUBLIC_URL}{reverse(name, args=[token])}"


def _of(token: str, salt: str) -> StatusSubscription | None:
    try:
        pk, email = signing.loads(token, salt=salt, max_age=CONFIRM_WITHIN if salt == _CONFIRM else None)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return StatusSubscription.objects.select_related("service").filter(pk=pk, email=email).first()
