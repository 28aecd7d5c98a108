"""Roles held, offered and changed."""

from datetime import date

from auditlog.registry import auditlog
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts import roles
from accounts.choices import ChangeKind, ChangeState
from accounts.models.agencies import Agency
from accounts.models.people import User
from core.actor import Actor


def _own_or_all(actor: Actor) -> Q:
    """Return the condition on ``agency_id``: every agency, the actor's own, or none."""
    if actor.may("people.view_all"):
        return Q()
    return Q(agency_id=actor.agency_id) if actor.may("people.view_own") else Q(pk__in=[])


def of_operator(actor: Actor) -> Q:
    """Return the condition on what two people of the actor's operating agency decide: its own, and roles outside."""
    return Q(agency_id=actor.agency_id) | Q(role__in=roles.OUTSIDE)


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Reading roles held."""

    def in_force(self, on: date) -> "MembershipQuerySet":
        """Return roles that give rights on the date *on*: not ended, within their dates, of a living agency."""
        return (
            self.filter(ended_at__isnull=True, valid_from__lte=on, user__is_active=True)
            .filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on))
            .filter(Q(agency__valid_to__isnull=True) | Q(agency__valid_to__gte=on))
        )

    def visible_to(self, actor: Actor) -> "MembershipQuerySet":
        """Return the roles in agencies whose people the actor may see, and the actor's own."""
        if not actor.is_person:
            return self if actor.kind == "system" else self.none()
        everyone = actor.may("people.view_all")
        return self if everyone else self.filter(_own_or_all(actor) | Q(user_id=actor.user_id))


class Membership(models.Model):
    """A person's role in an agency for a time (QC9.5, QC12.3).

    It begins with an accepted invitation or an approved role change, and gives the rights of its row in the role table
    from ``valid_from`` to ``valid_to``. Contractors and inspectors always have an end date.
    It ends by its date, or at once by a deed with a reason; it is never deleted.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name=_("người dùng"))
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="memberships", verbose_name=_("cơ quan"))
    role = models.CharField(_("vai trò"), max_length=32, choices=roles.choices())
    employer = models.CharField(_("đơn vị chủ quản của nhà thầu"), max_length=200, blank=True)
    valid_from = models.DateField(_("từ ngày"))
    valid_to = models.DateField(_("đến hết ngày"), null=True, blank=True)
    ended_at = models.DateTimeField(_("thôi lúc"), null=True, blank=True)
    end_reason = models.CharField(_("lý do thôi"), max_length=300, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("vai trò được giao")
        verbose_name_plural = _("vai trò được giao")
        ordering = ["user__sort_key", "role", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "agency", "role"], condition=Q(ended_at__isnull=True), name="membership_once"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")), name="membership_dates_in_order"
            ),
            models.CheckConstraint(
                condition=Q(employer="") | Q(valid_to__isnull=False), name="membership_contractor_has_end"
            ),
        ]
        indexes = [models.Index(fields=["agency", "ended_at"], name="membership_agency")]

    def __str__(self) -> str:
        return f"{self.user} – {self.get_role_display()}"

    @property
    def is_contractor(self) -> bool:
        """True when the person works for a supplier."""
        return bool(self.employer)

    @property
    def is_agencys_own(self) -> bool:
        """True for roles the agency's administrator gives and prolongs; others take two people of the operator."""
        return roles.ROLES[self.role].side == "agency"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Reading invitations."""

    def visible_to(self, actor: Actor) -> "InvitationQuerySet":
        """Return invitations into agencies whose people the actor may see."""
        return self.filter(_own_or_all(actor))


class Invitation(models.Model):
    """An offer of a role to an e-mail address.

    It is made by the agency's administrator (or, for SKHCN, by an approved role change). The letter carries a link;
    the inviter reads out a code by another way, so a forwarded letter opens nothing. Both are kept only as digests.
    It is accepted once, expires, may be withdrawn, and locks after too many wrong codes.
    """

    email = models.EmailField(_("thư điện tử công vụ"))
    full_name = models.CharField(_("họ và tên"), max_length=150)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="invitations", verbose_name=_("cơ quan"))
    role = models.CharField(_("vai trò"), max_length=32, choices=roles.choices())
    employer = models.CharField(_("đơn vị chủ quản của nhà thầu"), max_length=200, blank=True)
    valid_to = models.DateField(_("vai trò đến hết ngày"), null=True, blank=True)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    code_digest = models.CharField(max_length=64, editable=False)
    wrong_codes = models.PositiveSmallIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("mời lúc"))
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người mời"))
    expires_at = models.DateTimeField(_("hết hạn lúc"))
    accepted_at = models.DateTimeField(_("nhận lúc"), null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("người nhận"))
    withdrawn_at = models.DateTimeField(_("thu hồi lúc"), null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("lời mời")
        verbose_name_plural = _("lời mời")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["agency", "-created_at"], name="invitation_agency")]

    def __str__(self) -> str:
        return f"{self.full_name} – {self.get_role_display()}"


class RoleChangeQuerySet(models.QuerySet["RoleChange"]):
    """Reading role changes."""

    def visible_to(self, actor: Actor) -> "RoleChangeQuerySet":
        """Return role changes to those who see SKHCN's people."""
        return self.filter(_own_or_all(actor))

    def waiting_for(self, actor: Actor) -> "RoleChangeQuerySet":
        """Return the changes this actor may decide: proposed by, and about, somebody else."""
        if not actor.may("role.decide"):
            return self.none()
        return (
            self.filter(of_operator(actor), state=ChangeState.PROPOSED)
            .exclude(Q(proposed_by_id=actor.user_id))
            .exclude(Q(user_id=actor.user_id))
            .exclude(email__in=User.objects.filter(pk=actor.user_id).values("email"))
        )


class RoleChange(models.Model):
    """A change that takes two people of the operating agency (QC8.2).

    One person proposes, with a reason, to give or end a role at the operator, of a leader of the province or of an
    inspector, or to void a lost second step (then ``role`` is empty); another approves or returns it. Neither is the
    person it is about. Approval of a gift to somebody without an account makes an invitation.
    """

    kind = models.CharField(_("nội dung"), max_length=8, choices=ChangeKind.choices)
    state = models.CharField(_("tình trạng"), max_length=12, choices=ChangeState.choices, default=ChangeState.PROPOSED)
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="role_changes", verbose_name=_("cơ quan"))
    role = models.CharField(_("vai trò"), max_length=32, choices=roles.choices())
    user = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người dùng")
    )
    email = models.EmailField(_("thư điện tử công vụ"))
    full_name = models.CharField(_("họ và tên"), max_length=150)
    valid_to = models.DateField(_("vai trò đến hết ngày"), null=True, blank=True)
    reason = models.CharField(_("lý do"), max_length=300)
    proposed_by = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name=_("người đề nghị"))
    proposed_at = models.DateTimeField(_("đề nghị lúc"))
    decided_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người duyệt")
    )
    decided_at = models.DateTimeField(_("duyệt lúc"), null=True, blank=True)
    decision_note = models.CharField(_("ý kiến"), max_length=300, blank=True)

    objects = RoleChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("đề nghị thay đổi vai trò")
        verbose_name_plural = _("đề nghị thay đổi vai trò")
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("proposed_by")), name="role_change_two_people"
            ),
            models.UniqueConstraint(
                fields=["agency", "email", "role"], condition=Q(state="proposed"), name="role_change_open_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="reset", role="") | (~Q(kind="reset") & ~Q(role="")), name="role_change_names_role"
            ),
        ]

    def __str__(self) -> str:
        role = f" – {self.get_role_display()}" if self.role else ""
        return f"{self.get_kind_display()}: {self.full_name}{role}"


for _model in (Membership, RoleChange):
    auditlog.register(_model)
auditlog.register(
    Invitation,
    exclude_fields=["token_digest", "code_digest"],
    mapping_fields={"wrong_codes": _("số lần nhập sai mã")},
)
