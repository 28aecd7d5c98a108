"""Who answers for a system on either side, and the papers of its security level."""

from datetime import date
from typing import Any

from auditlog.registry import auditlog
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from catalog.choices import ContactSide
from catalog.models.systems import InformationSystem
from core.actor import Actor
from core.files import StoredFile


class ContactQuerySet(models.QuerySet["SystemContact"]):
    """Reading contacts of systems."""

    def visible_to(self, actor: Actor) -> "ContactQuerySet":
        """Return the contacts of systems the actor may see."""
        return self.filter(system__in=InformationSystem.objects.visible_to(actor))

    def current(self) -> "ContactQuerySet":
        """Return the contacts nobody ended."""
        return self.filter(until__isnull=True)

    def with_standing(self, on: date) -> "ContactQuerySet":
        """Return the contacts with ``is_here``: whether the person still holds a role on their side."""
        held = Membership.objects.in_force(on).filter(user_id=OuterRef("person_id"))
        owners = held.filter(agency_id=OuterRef("system__owner_id"))
        operators = held.filter(agency__is_operator=True)
        sides: Any = [
            When(Q(side=ContactSide.OWNER) & Exists(owners), then=Value(True)),
            When(Q(side=ContactSide.OPERATOR) & Exists(operators), then=Value(True)),
        ]
        return self.annotate(is_here=Case(*sides, default=Value(False), output_field=models.BooleanField()))


class SystemContact(models.Model):
    """One person who answers for a system on one side, and for what (QC3.2, QC9.5).

    The owner's people name theirs, SKHCN's staff those of both sides. It gives no right: rights come from roles, so a
    person whose role ended reads nothing more at once and stands here as one who left, until somebody ends the entry.
    Ended entries stay as history.
    """

    system = models.ForeignKey(
        InformationSystem, models.PROTECT, related_name="contacts", verbose_name=_("hệ thống thông tin")
    )
    side = models.CharField(_("bên"), max_length=8, choices=ContactSide.choices, default=ContactSide.OWNER)
    person = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người"))
    duty = models.CharField(_("phụ trách việc gì"), max_length=200)
    since = models.DateField(_("từ ngày"))
    until = models.DateField(_("đến ngày"), null=True, blank=True)
    end_reason = models.CharField(_("lý do thôi"), max_length=300, blank=True)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("đầu mối kỹ thuật của hệ thống")
        verbose_name_plural = _("đầu mối kỹ thuật của hệ thống")
        ordering = ["system", "side", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "side", "person"],
                condition=Q(until__isnull=True),
                name="contact_once_a_side",
                violation_error_message=_("Người này đang là đầu mối của hệ thống ở bên này"),
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="system_contact_dates_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person} – {self.duty}"


class DossierQuerySet(models.QuerySet["SecurityDossier"]):
    """Reading dossiers of security levels."""

    def visible_to(self, actor: Actor) -> "DossierQuerySet":
        """Return the files of systems the actor may see."""
        return self.filter(system__in=InformationSystem.objects.visible_to(actor))


class SecurityDossier(StoredFile):
    """The file of a system's security level as handed in: dossier or decision (QC9.4).

    A newer one stands beside the older ones, which stay. It is read by whoever may see the system.
    """

    system = models.ForeignKey(
        InformationSystem, models.PROTECT, related_name="dossiers", verbose_name=_("hệ thống thông tin")
    )
    added_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người lưu"))

    objects = DossierQuerySet.as_manager()

    class Meta:
        verbose_name = _("hồ sơ cấp độ an toàn")
        verbose_name_plural = _("hồ sơ cấp độ an toàn")
        ordering = ["system", "-id"]


for _model in (SystemContact, SecurityDossier):
    auditlog.register(_model)
