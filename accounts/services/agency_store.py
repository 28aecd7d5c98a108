"""How an agency is taken for a change and put back, with its codes in the ledger."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from accounts.choices import CodeScheme
from accounts.models import Agency, AgencyCode
from accounts.selectors.agencies import last_fact_of
from accounts.services.agency_rules import CODES, Known
from core import clock
from core.problems import InvalidInput, StateRefused
from core.text import fold, sort_key


def locked(agency: Agency, version: int | None) -> Agency:
    """Return the row as it is now, held until the deed ends; references to it may still be written meanwhile."""
    stored = Agency.objects.select_for_update(no_key=True).get(pk=agency.pk)
    if version is not None and version != stored.version:
        raise StateRefused(_changed_meanwhile(stored))
    return stored


def _changed_meanwhile(stored: Agency) -> str:
    fact = last_fact_of(stored)
    if fact is None:
        return _("Thông tin cơ quan vừa được thay đổi. Nội dung bạn nhập vẫn được giữ bên dưới.")
    when = fact.at.astimezone(clock.VIETNAM)
    return _("%(name)s vừa thay đổi cơ quan này lúc %(time)s. Nội dung bạn nhập vẫn được giữ bên dưới.") % {
        "name": fact.actor_name,
        "time": f"{when:%H:%M ngày %d/%m/%Y}",
    }


def store(agency: Agency, old: Mapping[str, Any], new: Mapping[str, Any], known: Known) -> None:
    """Save the row; retire the codes of *old*, enter those of *new*; a code taken just now is a field error.

    The refusal leaves the deed, whose own transaction takes everything back.
    """
    agency.sort_key = sort_key(agency.name)
    words = (agency.name, agency.short_name, agency.symbol, agency.code, agency.legacy_code, agency.admin_unit_code)
    agency.search = fold(" ".join(words))
    try:
        agency.save()
        for name, scheme in CODES.items():
            if name in new and old.get(name):
                _retire(scheme, old[name])
            if new.get(name):
                _enter(agency, scheme, new[name], known)
        if "code_is_official" in new and "code" not in new:
            _confirm(agency)
    except IntegrityError as error:
        field = "admin_unit_code" if "admin_unit" in str(error) else "code"
        raise InvalidInput({field: [_("Mã này vừa được cấp cho cơ quan khác; mã không bao giờ dùng lại")]}) from error
    known.learn(agency)


def _retire(scheme: CodeScheme, value: str) -> None:
    row = AgencyCode.objects.filter(scheme=scheme, value=value, retired_on=None).first()
    if row is not None:
        row.retired_on = clock.today()
        row.save(update_fields=["retired_on"])


def _enter(agency: Agency, scheme: CodeScheme, value: str, known: Known) -> None:
    """Write a code in the ledger; one the agency had before is in use again."""
    if (scheme, value) in known.holders:
        row = AgencyCode.objects.get(scheme=scheme, value=value)
    else:
        begun = agency.valid_from if agency.version == 1 else None
        row = AgencyCode(scheme=scheme, value=value, agency=agency, issued_on=begun or clock.today())
    row.is_official = agency.code_is_official if scheme == CodeScheme.NATIONAL else True
    row.retired_on = None
    row.save()


def _confirm(agency: Agency) -> None:
    """Say in the ledger whether the code in use is official."""
    row = AgencyCode.objects.get(scheme=CodeScheme.NATIONAL, value=agency.code)
    row.is_official = agency.code_is_official
    row.save(update_fields=["is_official"])
