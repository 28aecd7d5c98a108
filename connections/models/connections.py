"""Connections: one a system, with its contacts and holds (decisions, 21)."""

from typing import TYPE_CHECKING

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Agency, User
from catalog.models import InformationSystem
from connections.choices import HoldSide
from connections.models.requests import ConnectionRequest

if TYPE_CHECKING:
    from core.actor import Actor


class ConnectionQuerySet(models.QuerySet["Connection"]):
    """Reading connections."""

    def visible_to(self, actor: "Actor") -> "ConnectionQuerySet":
        """Return all to SKHCN's readers, those of their own systems to people of an agency.

        Who speaks for a provider sees the connections that may call its services now, and those it holds.
        """
        if actor.may("request.view_all"):
            return self
        own, seen = actor.agency_id or 0, Q(pk__in=[])
        if actor.may("request.view_own") or actor.may("people.manage_own"):
            seen |= Q(system__owner_id=own)
        if actor.may("grant.advise"):
            calling = self.model.objects.filter(grants__service__provider_id=own, grants__revoked_at__isnull=True)
            held = Hold.objects.filter(side=HoldSide.PROVIDER, agency_id=own, lifted_at__isnull=True)
            seen |= Q(pk__in=calling.values("pk")) | Q(pk__in=held.values("connection_id"))
        return self.filter(seen)


class Connection(models.Model):
    """The connection of one system with the platform (QC10.3–10.5).

    It is opened by the technical approval of its dossier and carries who answers for it on both sides.
    It goes live once; holds of three sides suspend it, and it is live again only when none is open.
    Disconnection closes it for good; a new dossier is needed to come back. It is never deleted.
    """

    system = models.OneToOneField(InformationSystem, models.PROTECT, verbose_name=_("hệ thống thông tin"))
    request = models.ForeignKey(
        ConnectionRequest, models.PROTECT, related_name="connections", verbose_name=_("hồ sơ mở kết nối")
    )
    technical_contact = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("cán bộ kỹ thuật của cơ quan")
    )
    duty_contact = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", verbose_name=_("đầu mối trực của đơn vị vận hành")
    )
    opened_at = models.DateTimeField(_("mở lúc"))
    live_at = models.DateTimeField(_("vận hành từ"), null=True)
    closed_at = models.DateTimeField(_("đóng lúc"), null=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("kết nối")
        verbose_name_plural = _("kết nối")
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.system)


class Hold(models.Model):
    """A suspension by one body of one side; lifted only by whoever put it (Q50-15.4).

    Two providers of one connection hold it independently of each other.
    """

    connection = models.ForeignKey(Connection, models.PROTECT, related_name="holds", verbose_name=_("kết nối"))
    side = models.CharField(_("bên tạm dừng"), max_length=16, choices=HoldSide.choices)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="+", verbose_name=_("cơ quan tạm dừng"))
    reason = models.TextField(_("lý do"))
    placed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người tạm dừng"))
    placed_at = models.DateTimeField(_("tạm dừng lúc"))
    lifted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người khôi phục"))
    lifted_at = models.DateTimeField(_("khôi phục lúc"), null=True)
    lift_reason = models.TextField(_("lý do khôi phục"), blank=True)

    class Meta:
        verbose_name = _("tạm dừng kết nối")
        verbose_name_plural = _("tạm dừng kết nối")
        ordering = ["-placed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "side", "agency"],
                condition=Q(lifted_at__isnull=True),
                name="hold_one_open_a_side",
            )
        ]

    def __str__(self) -> str:
        return str(_("Tạm dừng bởi %(side)s") % {"side": self.get_side_display()})


auditlog.register(Connection)
auditlog.register(Hold)
