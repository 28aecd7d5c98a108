"""People who sign in."""

from typing import Any

from auditlog.registry import auditlog
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from core.actor import Actor


class UserQuerySet(models.QuerySet["User"]):
    """Reading people."""

    def visible_to(self, actor: Actor) -> "UserQuerySet":
        """Return people with a role in an agency the actor may see the people of, and the actor themselves."""
        if actor.may("people.view_all"):
            return self
        own = models.Q(pk=actor.user_id)
        if actor.may("people.view_own"):
            own |= models.Q(memberships__agency_id=actor.agency_id)
        return self.filter(own).distinct() if actor.is_person else self.none()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Makes users; there are no superusers in this product."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a person. Without *password* the account cannot sign in until one is set."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person with this address, whatever its case."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person.

    An account belongs to a person, not to an agency: a person may hold roles in several agencies (``Membership``).
    It is made by accepting an invitation. It signs in by official e-mail address and password, with a second step
    where a role requires it. Rights come only from memberships in force today; nobody is a superuser.
    Losing the last membership loses all access at once, also in sessions already open.
    Accounts are deactivated, never deleted: evidence names them.
    """

    email = models.EmailField(_("thư điện tử công vụ"), max_length=254, unique=True)
    full_name = models.CharField(_("họ và tên"), max_length=150)
    sort_key = models.CharField(max_length=400, editable=False, default="")
    search = models.CharField(max_length=500, editable=False, default="")
    phone = models.CharField(_("điện thoại"), max_length=20, blank=True)
    position = models.CharField(_("chức vụ"), max_length=150, blank=True)
    is_active = models.BooleanField(_("đang dùng"), default=True)
    is_demo = models.BooleanField(_("tài khoản mẫu"), default=False)
    session_epoch = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("tạo lúc"), auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("người dùng")
        verbose_name_plural = _("người dùng")
        ordering = ["sort_key", "id"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique"),
            models.CheckConstraint(condition=models.Q(is_superuser=False), name="user_never_superuser"),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def is_staff(self) -> bool:
        """Django's admin asks for this; our site asks the actor's permissions instead."""
        return False

    def get_full_name(self) -> str:
        """Return the full name."""
        return self.full_name

    def get_session_auth_hash(self) -> str:
        """Bind sessions to the password and to ``session_epoch``: raising it ends every open session at once."""
        return salted_hmac("accounts.session", f"{self.password}|{self.session_epoch}", algorithm="sha256").hexdigest()


auditlog.register(
    User, exclude_fields=["password", "last_login", "session_epoch", "sort_key", "search", "is_superuser"]
)
