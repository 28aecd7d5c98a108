"""Deeds on invitations: a letter with a link, and a code that travels another way."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models, transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts import roles
from accounts.models import Agency, Invitation, Membership, User
from accounts.services.letters import send_letter
from accounts.services.memberships import give_role, judge_terms
from audit.record import record_fact
from core import clock
from core.actor import Actor, system_actor
from core.ids import spoken_code, tidy_spoken_code
from core.problems import InvalidInput, NoLongerValid, PermissionRefused, StateRefused
from core.text import fold, person_sort_key, tidy

# Ours, not the law's.
VALID_FOR = timedelta(days=7)
WRONG_CODES = 5


@dataclass(frozen=True, slots=True)
class Issued:
    """A new invitation with the two secrets, which exist only here: they are shown once and kept as digests."""

    invitation: Invitation
    link: str
    code: str


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _code_digest(code: str) -> str:
    return salted_hmac("accounts.invitation", tidy_spoken_code(code), algorithm="sha256").hexdigest()


@transaction.atomic
def invite(
    *,
    actor: Actor,
    agency: Agency,
    email: str,
    full_name: str,
    role: str,
    employer: str = "",
    valid_to: date | None = None,
) -> Issued:
    """Offer *role* in the actor's own agency to an address. Raises InvalidInput, PermissionRefused."""
    if not (actor.may("people.manage_own") and agency.pk == actor.agency_id):
        raise PermissionRefused(
            _("Chỉ quản trị của %(agency)s mời được người dùng của cơ quan này.") % {"agency": agency}
        )
    if agency.is_operator:
        raise PermissionRefused(_("Vai trò của Sở Khoa học và Công nghệ được giao qua đề nghị thay đổi vai trò."))
    if role not in roles.ROLES or roles.ROLES[role].side != "agency":
        raise InvalidInput({"role": [_("Chọn vai trò dùng được ở cơ quan này")]})
    return issue(
        actor=actor, agency=agency, email=email, full_name=full_name, role=role, employer=employer, valid_to=valid_to
    )


def issue(
    *,
    actor: Actor,
    agency: Agency,
    email: str,
    full_name: str,
    role: str,
    employer: str = "",
    valid_to: date | None = None,
) -> Issued:
    """Make an invitation that the caller was entitled to make. Needs a transaction."""
    email, full_name, employer = tidy(email).lower(), tidy(full_name), tidy(employer)
    Agency.objects.select_for_update().get(pk=agency.pk)
    errors = judge_terms(agency=agency, role=role, employer=employer, valid_to=valid_to)
    errors |= _judge_person(agency=agency, email=email, full_name=full_name, role=role)
    if errors:
        raise InvalidInput(errors)
    made = Invitation(
        email=email,
        full_name=full_name,
        agency=agency,
        role=role,
        employer=employer,
        valid_to=valid_to,
        created_at=clock.now(),
        created_by_id=actor.user_id,
    )
    issued = _send_with_new_secrets(made)
    record_fact(
        actor=actor, deed="invitation.made", subject=made, after={"email": email, "role": role, "valid_to": valid_to}
    )
    return issued


def _send_with_new_secrets(made: Invitation) -> Issued:
    """Give *made* a link and a code (those it had are dead), save it and put the letter into the outbox."""
    token, code = secrets.token_urlsafe(32), spoken_code(8)
    made.token_digest, made.code_digest = _digest(token), _code_digest(code)
    made.wrong_codes, made.expires_at = 0, clock.now() + VALID_FOR
    made.save()
    link = f"{settings.PUBLIC_URL.rstrip('/')}/loi-moi/{token}/"
    send_letter(to=made.email, subject=_("Lời mời sử dụng cổng LGSP"), body=_letter(made, link))
    return Issued(made, link, f"{code[:4]}-{code[4:]}")


def _judge_person(*, agency: Agency, email: str, full_name: str, role: str) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {} if full_name else {"full_name": [_("Nhập họ và tên")]}
    try:
        validate_email(email)
    except ValidationError:
        errors["email"] = [_("Nhập thư điện tử công vụ, ví dụ ten@tuyenquang.gov.vn")]
    held = Membership.objects.in_force(clock.today()).filter(user__email__iexact=email, agency=agency, role=role)
    if held.exists():
        errors["email"] = [_("Người này đang giữ vai trò đó")]
    elif _open().filter(email=email, agency=agency, role=role).exists():
        errors["email"] = [_("Đã có lời mời chưa nhận cho người này; thu hồi lời mời đó trước")]
    return errors


def _letter(made: Invitation, link: str) -> str:
    return _(
        "%(agency)s mời ông/bà %(name)s sử dụng cổng LGSP với vai trò %(role)s.\n\n"
        "Mở liên kết: %(link)s\n\n"
        "Người mời sẽ đọc cho ông/bà một mã gồm 8 ký tự qua điện thoại hoặc gặp trực tiếp. "
        "Liên kết chỉ mở được cùng mã đó, dùng một lần, hết hạn %(until)s."
    ) % {
        "agency": made.agency,
        "name": made.full_name,
        "role": made.get_role_display(),
        "link": link,
        "until": f"{made.expires_at.astimezone(clock.VIETNAM):%H:%M ngày %d/%m/%Y}",
    }


def _open() -> models.QuerySet[Invitation]:
    return Invitation.objects.filter(
        accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=clock.now(), wrong_codes__lt=WRONG_CODES
    )


@transaction.atomic
def withdraw_invitation(*, actor: Actor, invitation: Invitation) -> Invitation:
    """Take an unanswered invitation back."""
    stored = _unanswered(actor, invitation)
    stored.withdrawn_at = clock.now()
    stored.save()
    record_fact(actor=actor, deed="invitation.withdrawn", subject=stored)
    return stored


@transaction.atomic
def renew_invitation(*, actor: Actor, invitation: Invitation) -> Issued:
    """Send an unanswered, expired or locked invitation again with new secrets, on terms judged anew."""
    stored = _unanswered(actor, invitation)
    errors = judge_terms(agency=stored.agency, role=stored.role, employer=stored.employer, valid_to=stored.valid_to)
    if errors:
        raise InvalidInput(errors)
    if _open().filter(email=stored.email, agency=stored.agency, role=stored.role).exclude(pk=stored.pk).exists():
        raise StateRefused(_("Đã có lời mời khác chưa nhận cho người này; thu hồi lời mời đó trước."))
    issued = _send_with_new_secrets(stored)
    record_fact(actor=actor, deed="invitation.renewed", subject=stored)
    return issued


def _may_answer_for(actor: Actor, stored: Invitation) -> bool:
    """Return whether the actor looks after this offer: the agency's administrator, or who decides for the operator."""
    if roles.ROLES[stored.role].side == "agency":
        return actor.may("people.manage_own") and stored.agency_id == actor.agency_id
    return actor.may("role.decide") and (stored.agency_id == actor.agency_id or stored.role in roles.OUTSIDE)


def _unanswered(actor: Actor, invitation: Invitation) -> Invitation:
    Agency.objects.select_for_update().get(pk=invitation.agency_id)
    stored = Invitation.objects.select_for_update(of=("self",)).select_related("agency").get(pk=invitation.pk)
    if not _may_answer_for(actor, stored):
        raise PermissionRefused(
            _("Việc này thuộc người đã mời hoặc duyệt lời mời vào %(agency)s.") % {"agency": stored.agency}
        )
    if stored.accepted_at is not None or stored.withdrawn_at is not None:
        raise StateRefused(_("Lời mời đã được nhận hoặc đã thu hồi."))
    return stored


def find_invitation(token: str) -> Invitation:
    """Return the invitation a link opens; every dead link gets the same answer. Raises NoLongerValid."""
    found = _open().select_related("agency").filter(token_digest=_digest(token)).first()
    if found is None:
        raise NoLongerValid(_("Lời mời không còn dùng được. Đề nghị quản trị cơ quan gửi lời mời mới."))
    return found


def accept_invitation(
    *, actor: Actor, token: str, code: str, full_name: str = "", password: str = "", signed_in: User | None = None
) -> User:
    """Accept with link and code; a new person also sets a password. Wrong codes count even though they refuse."""
    wrong = _count_wrong_code(token, code)
    if wrong is not None:
        raise wrong
    return _accept(actor=actor, token=token, full_name=full_name, password=password, signed_in=signed_in)


@transaction.atomic
def _count_wrong_code(token: str, code: str) -> InvalidInput | NoLongerValid | None:
    stored = _locked(token)
    if constant_time_compare(stored.code_digest, _code_digest(code)):
        return None
    stored.wrong_codes += 1
    stored.save(update_fields=["wrong_codes"])
    left = WRONG_CODES - stored.wrong_codes
    if left <= 0:
        _tell_inviter(stored)
        return NoLongerValid(_("Mã sai quá nhiều lần nên lời mời đã khóa. Đề nghị quản trị cơ quan gửi lời mời mới."))
    return InvalidInput({"code": [_("Mã không đúng; còn %(n)s lần thử. Hỏi lại người mời.") % {"n": left}]})


def _locked(token: str) -> Invitation:
    """Return the open invitation under lock; what changed while waiting for the lock counts. Raises NoLongerValid."""
    pk = find_invitation(token).pk
    Invitation.objects.select_for_update(of=("self",)).get(pk=pk)
    return find_invitation(token)


def _tell_inviter(stored: Invitation) -> None:
    record_fact(actor=system_actor(_("Khóa lời mời sau nhiều mã sai")), deed="invitation.locked", subject=stored)
    if stored.created_by is None:
        return
    text = _(
        "Lời mời gửi %(name)s (%(role)s, %(agency)s) đã khóa vì nhập sai mã %(n)s lần. "
        "Hỏi lại người được mời; nếu đúng là họ, gửi lại lời mời ở trang Người dùng."
    )
    values = {"name": stored.full_name, "role": stored.get_role_display(), "agency": stored.agency, "n": WRONG_CODES}
    send_letter(to=stored.created_by.email, subject=_("Lời mời đã khóa"), body=text % values)


@transaction.atomic
def _accept(*, actor: Actor, token: str, full_name: str, password: str, signed_in: User | None) -> User:
    stored = _locked(token)
    if judge_terms(agency=stored.agency, role=stored.role, employer=stored.employer, valid_to=stored.valid_to):
        raise NoLongerValid(_("Thời hạn hoặc cơ quan ghi trong lời mời đã hết. Đề nghị người mời gửi lời mời mới."))
    user = User.objects.filter(email__iexact=stored.email).first()
    if signed_in is not None and (user is None or signed_in.pk != user.pk):
        raise StateRefused(_("Lời mời này gửi cho người khác. Đăng xuất rồi mở lại liên kết."))
    if user is not None and signed_in is None:
        raise StateRefused(_("Thư điện tử này đã có tài khoản. Đăng nhập rồi mở lại liên kết để nhận lời mời."))
    user = user or _new_person(stored, full_name, password)
    stored.accepted_at, stored.accepted_by = clock.now(), user
    stored.save()
    who = Actor(
        kind="person",
        name=user.full_name,
        user_id=user.pk,
        agency_id=stored.agency_id,
        agency_name=stored.agency.name,
        request_id=actor.request_id,
        address=actor.address,
    )
    record_fact(actor=who, deed="invitation.accepted", subject=stored)
    give_role(
        actor=who,
        user=user,
        agency=stored.agency,
        role=stored.role,
        employer=stored.employer,
        valid_to=stored.valid_to,
    )
    return user


def _new_person(stored: Invitation, full_name: str, password: str) -> User:
    name = tidy(full_name) or stored.full_name
    user = User(
        email=stored.email,
        full_name=name,
        sort_key=person_sort_key(name)[:400],
        search=fold(f"{name} {stored.email}")[:500],
    )
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidInput({"password": list(error.messages)}) from error
    user.set_password(password)
    user.save()
    return user
