"""What anybody with both codes may know of a dossier: no person, no agency, no system (ux.md §2.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urljoin

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from connections.choices import ENDED, Side, State, Step
from connections.models import ConnectionRequest
from connections.selectors.requests import AGENCY_TURN, Deadline, deadlines_of, sides_agreed

#: States in the words of one-stop shops, which officers know.
WORDS: Mapping[str, StrOrPromise] = {
    State.SUBMITTED: gettext_lazy("Chờ xử lý"),
    State.EVALUATING: gettext_lazy("Đang xử lý"),
    State.COMPLETION_REQUESTED: gettext_lazy("Yêu cầu bổ sung giấy tờ"),
    State.AWAITING_APPROVAL: gettext_lazy("Đang xử lý"),
    State.TECHNICALLY_APPROVED: gettext_lazy("Đang xử lý"),
    State.TESTING: gettext_lazy("Đang xử lý"),
    State.AWAITING_CONFIRMATION: gettext_lazy("Đang xử lý"),
    State.READY: gettext_lazy("Chờ trả kết quả"),
    State.LIVE: gettext_lazy("Đã trả kết quả"),
    State.TERMINATED: gettext_lazy("Đã hủy kết nối"),
    State.WITHDRAWN: gettext_lazy("Đã rút hồ sơ"),
    State.CLOSED: gettext_lazy("Dừng xử lý"),
}


@dataclass(frozen=True, slots=True)
class PublicView:
    """A dossier as the look-up shows it."""

    number: str
    stage: int
    finished: bool
    state: StrOrPromise
    sent_at: datetime | None
    received_at: datetime | None
    promised_at: datetime | None
    deadlines: list[Deadline]
    next_actor: str


def public_view(request: ConnectionRequest) -> PublicView:
    """Return what the two codes open."""
    promised = request.clocks.filter(step=Step.EVALUATION).order_by("-id").first()
    return PublicView(
        number=request.number,
        stage=request.stage,
        finished=request.state == State.LIVE,
        state=WORDS[request.state],
        sent_at=request.submitted_at,
        received_at=request.received_at,
        promised_at=promised.due_at if promised else None,
        deadlines=deadlines_of(request),
        next_actor=_next_actor(request),
    )


def lookup_link(request: ConnectionRequest) -> str:
    """Return the address that opens the look-up with both codes filled in, for printouts and their QR code."""
    codes = urlencode({"number": request.number, "code": request.lookup_code})
    return urljoin(settings.PUBLIC_URL, f"{reverse('lookup')}?{codes}")


def _next_actor(request: ConnectionRequest) -> str:
    names = {Side.AGENCY: _("Cơ quan nộp hồ sơ"), Side.OPERATOR: _("Sở Khoa học và Công nghệ")}
    if request.state == State.LIVE or request.state in ENDED:
        return _("Không còn bước nào")
    if request.state == State.AWAITING_CONFIRMATION:
        done = sides_agreed(request)
        return ", ".join(name for side, name in names.items() if side not in done)
    return names[Side.AGENCY if request.state in AGENCY_TURN else Side.OPERATOR]
