"""Sample people: one for every role, named by office, with their own passwords and second steps."""

import json
import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import roles
from accounts.models import Agency, Membership, User
from accounts.services.memberships import give_role
from audit.record import record_fact
from core import clock
from core.actor import Actor
from core.problems import StateRefused
from core.text import fold, person_sort_key

# (address before the @, role, agency code)
PEOPLE = (
    ("can-bo.snnmt", "agency_officer", "H60.07"),
    ("dai-dien.snnmt", "agency_representative", "H60.07"),
    ("ky-thuat.snnmt", "technician", "H60.07"),
    ("cung-cap.snnmt", "provider_officer", "H60.07"),
    ("quan-tri.snnmt", "agency_admin", "H60.07"),
    ("quan-tri.syt", "agency_admin", "H60.11"),
    ("can-bo.syt", "agency_officer", "H60.11"),
    ("dai-dien.syt", "agency_representative", "H60.11"),
    ("ky-thuat.syt", "technician", "H60.11"),
    ("cung-cap.snv", "provider_officer", "H60.03"),
    ("tiep-nhan.skhcn", "intake_officer", "H60.02"),
    ("tham-dinh.skhcn", "evaluator", "H60.02"),
    ("truong-phong.skhcn", "division_head", "H60.02"),
    ("lanh-dao.skhcn", "department_leader", "H60.02"),
    ("van-hanh.skhcn", "operator", "H60.02"),
    ("an-toan.skhcn", "security_officer", "H60.02"),
    ("bao-cao.skhcn", "report_officer", "H60.02"),
    ("lanh-dao.ubnd", "province_leader", "H60"),
    ("kiem-tra.ttr", "inspector", "H60.14"),
)
CONTRACTOR = "Đơn vị cung cấp phần mềm (mẫu)"


@transaction.atomic
def load_demo(*, actor: Actor) -> Path:
    """Make the sample people who are missing and write their sign-ins to ``demo.json`` (owner only)."""
    if settings.MODE == "production":
        raise StateRefused(_("Người dùng mẫu không được tạo ở chế độ chính thức."))
    path = Path(settings.DATA_DIR) / "demo.json"
    document = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    known = {row["email"]: row for row in document.get("people", [])}
    agencies = {agency.code: agency for agency in Agency.objects.filter(code__in=[code for _a, _r, code in PEOPLE])}
    present = {user.email: user for user in User.objects.filter(is_demo=True)}
    rows = []
    for name, role, code in PEOPLE:
        email = f"{name}@lgsp.example"
        row = known.get(email)
        if email not in present or row is None:
            row = _make(actor, email, role, agencies[code], present.get(email))
        rows.append(row)
    both = User.objects.get(email="can-bo.syt@lgsp.example")
    if not Membership.objects.filter(user=both, agency=agencies["H60.07"]).exists():
        give_role(actor=actor, user=both, agency=agencies["H60.07"], role="agency_officer")
    _write(path, {**document, "people": rows})
    return path


def _make(actor: Actor, email: str, role: str, agency: Agency, user: User | None) -> dict[str, Any]:
    row = roles.ROLES[role]
    full_name = f"{row.label} – {agency.name} (mẫu)"
    password, secret = f"Mau-{secrets.token_urlsafe(9)}", generate_totp_secret() if row.second_step else None
    if user is None:
        user = User(email=email, full_name=full_name, is_demo=True)
        user.sort_key, user.search = person_sort_key(full_name), fold(f"{full_name} {email}")
    user.set_password(password)
    user.save()
    Authenticator.objects.filter(user=user).delete()
    if secret:
        TOTP.activate(user, secret)
    record_fact(actor=actor, deed="user.sample_made", subject=user)
    if not Membership.objects.filter(user=user, agency=agency, role=role, ended_at__isnull=True).exists():
        contractor = role == "technician"
        days = row.max_days or (180 if contractor else None)
        give_role(
            actor=actor,
            user=user,
            agency=agency,
            role=role,
            employer=CONTRACTOR if contractor else "",
            valid_to=clock.today() + timedelta(days=days) if days else None,
        )
    return {
        "email": email,
        "password": password,
        "full_name": full_name,
        "agency": agency.name,
        "role": role,
        "totp_secret": secret,
    }


def _write(path: Path, document: dict[str, Any]) -> None:
    partial = path.with_suffix(".partial")
    partial.touch(mode=0o600)
    partial.write_text(json.dumps(document, ensure_ascii=False, indent=2), encoding="utf-8")
    os.replace(partial, path)
