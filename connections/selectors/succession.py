"""What a body that has ended still holds, before it is handed to its successor."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from accounts.models import Agency
from catalog.models import (
    ConnectionPlan,
    DataErrorReport,
    DataService,
    DataWish,
    DirectSharing,
    DocumentRelease,
    InformationSystem,
)
from connections.choices import ENDED, State
from connections.models import ConnectionRequest, Credential, Grant, Hold
from core import clock
from core.actor import Actor
from core.web.boards import Task
from core.web.notes import Note

HAND_OVER = "register.manage"


@dataclass(frozen=True, slots=True)
class Room:
    """What a floor above keeps that follows an ended body; ``HAND_OVER_ROOMS`` names them.

    ``texts`` says each kind in words with its number ``n``; ``held`` counts them; ``holding`` is a condition of a
    query for agencies; ``transfer(actor, agency, successor, reason)`` moves them inside the deed, with facts.
    """

    texts: Mapping[str, StrOrPromise]
    held: Callable[[Agency], dict[str, int]]
    holding: Callable[[], Any]
    transfer: Callable[..., None]


def rooms() -> list[Room]:
    """Return the rooms of the floors above."""
    return [import_string(name) for name in settings.HAND_OVER_ROOMS]


@dataclass(frozen=True, slots=True)
class Held:
    """How much of each kind; grants and keys follow their systems, everything else is handed over itself.

    ``beside`` is what the floors above count, by their names.
    """

    systems: int
    services: int
    drafts: int
    open_dossiers: int
    closed_dossiers: int
    grants: int
    keys: int
    holds: int
    documents: int
    sharing: int
    reports: int
    plans: int = 0
    wishes: int = 0
    beside: Mapping[str, int] = field(default_factory=dict)

    @property
    def anything(self) -> bool:
        """Return whether something is left to hand over."""
        dossiers = self.drafts + self.open_dossiers + self.closed_dossiers
        duties = self.holds + self.documents + self.sharing + self.reports + self.plans + self.wishes
        return bool(self.systems + self.services + dossiers + duties + sum(self.beside.values()))

    def figures(self) -> dict[str, int]:
        """Return all of them by name."""
        named = {item.name: getattr(self, item.name) for item in fields(self) if item.name != "beside"}
        return {**named, **self.beside}

    def texts(self) -> list[str]:
        """Return what there is, in words, leaving out what there is none of."""
        counts = {
            _("%(n)s hệ thống thông tin"): self.systems,
            _("%(n)s dịch vụ dữ liệu cung cấp"): self.services,
            _("%(n)s hệ thống trong kế hoạch kết nối"): self.plans,
            _("%(n)s bản nháp đề nghị"): self.drafts,
            _("%(n)s hồ sơ đang mở"): self.open_dossiers,
            _("%(n)s hồ sơ đã kết thúc"): self.closed_dossiers,
            _("%(n)s quyền khai thác đang có hiệu lực"): self.grants,
            _("%(n)s khóa đang dùng"): self.keys,
            _("%(n)s lệnh tạm dừng chưa khôi phục"): self.holds,
            _("%(n)s tài liệu được cung cấp"): self.documents,
            _("%(n)s trường hợp chia sẻ trực tiếp"): self.sharing,
            _("%(n)s phản ánh sai lệch dữ liệu đang mở"): self.reports,
            _("%(n)s nhu cầu dữ liệu"): self.wishes,
        }
        known = {name: text for room in rooms() for name, text in room.texts.items()}
        said = list(counts.items()) + [(known[name], n) for name, n in self.beside.items()]
        return [str(text) % {"n": n} for text, n in said if n]


def held_by(agency: Agency) -> Held:
    """Return what *agency* holds, in eleven queries and those of the floors above, whatever its number."""
    draft = Q(state=State.DRAFT)
    dossiers = ConnectionRequest.objects.filter(agency=agency).aggregate(
        drafts=Count("pk", filter=draft),
        open_dossiers=Count("pk", filter=~draft & ~Q(state__in=ENDED)),
        closed_dossiers=Count("pk", filter=Q(state__in=ENDED)),
    )
    return Held(
        systems=InformationSystem.objects.filter(Q(owner=agency) | Q(operating_unit=agency)).count(),
        services=DataService.objects.filter(provider=agency).count(),
        plans=ConnectionPlan.objects.filter(agency=agency).count(),
        grants=Grant.objects.open().filter(Q(system__owner=agency) | Q(service__provider=agency)).count(),
        keys=Credential.objects.open().filter(system__owner=agency).count(),
        holds=Hold.objects.filter(agency=agency, lifted_at__isnull=True).count(),
        documents=DocumentRelease.objects.open().filter(agency=agency).count(),
        sharing=DirectSharing.objects.open().filter(Q(provider=agency) | Q(receiver=agency)).count(),
        reports=DataErrorReport.objects.open().filter(agency=agency).count(),
        wishes=DataWish.objects.filter(agency=agency).count(),
        beside={name: count for room in rooms() for name, count in room.held(agency).items()},
        **dossiers,
    )


def ended_holders() -> QuerySet[Agency]:
    """Return the bodies that have ended and still hold something, the first to end on top."""
    mine = OuterRef("pk")
    holding = (
        Exists(InformationSystem.objects.filter(owner=mine))
        | Exists(InformationSystem.objects.filter(operating_unit=mine))
        | Exists(DataService.objects.filter(provider=mine))
        | Exists(ConnectionPlan.objects.filter(agency=mine))
        | Exists(ConnectionRequest.objects.filter(agency=mine))
        | Exists(Hold.objects.filter(agency=mine, lifted_at__isnull=True))
        | Exists(DocumentRelease.objects.open().filter(agency=mine))
        | Exists(DirectSharing.objects.open().filter(Q(provider=mine) | Q(receiver=mine)))
        | Exists(DataErrorReport.objects.open().filter(agency=mine))
        | Exists(DataWish.objects.filter(agency=mine))
    )
    for room in rooms():
        holding = holding | room.holding()
    ended = Agency.objects.filter(holding, valid_to__lt=clock.today())
    return ended.select_related("successor").order_by("valid_to", "sort_key")


def notes_of_ending(pk: int) -> list[Note]:
    """Return what the page that ends an agency says about what it holds (``core.web.notes``)."""
    held = held_by(Agency.objects.get(pk=pk))
    if not held.anything:
        return []
    text = _("%(held)s. Sau ngày kết thúc, bàn giao cho cơ quan kế thừa ở mục Kết nối, «Bàn giao».")
    return [Note(_("Cơ quan còn giữ"), text % {"held": ", ".join(held.texts())}, "progress")]


def succession_tasks(actor: Actor) -> list[Task]:
    """Return a task for each ended body whose successor waits for what it holds."""
    if not actor.may(HAND_OVER):
        return []
    return [
        Task(
            _("Bàn giao của cơ quan đã kết thúc"),
            str(agency),
            reverse("admin:connections_hand_over", args=[agency.pk]),
        )
        for agency in ended_holders().filter(successor__isnull=False)[:20]
    ]
