"""File numbers, look-up codes and codes of grants (ux.md §2.1)."""

import secrets

from django.db import connection
from django.db.models.functions import Length

from accounts.models import Agency
from connections.models import AccessRequest, ConnectionRequest, Grant
from core import clock

# Crockford's base 32: no letter that is mistaken for a digit when read out or written down.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKUP_LENGTH = 8
_LOCK = 20_301
_GRANT_LOCK = 20_302
_ACCESS_LOCK = 20_303


def next_number() -> str:
    """Return the next file number of today, ``{code of the receiving agency}-{YYMMDD}-{NNNN}``.

    Holds a lock of the database until the transaction ends, so two dossiers sent at once get two numbers.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    receiver = Agency.objects.in_force(clock.today()).filter(is_operator=True).order_by("code").first()
    prefix = f"{receiver.code if receiver else 'LGSP'}-{clock.today():%y%m%d}-"
    last = ConnectionRequest.objects.filter(number__startswith=prefix).order_by("-number").first()
    return f"{prefix}{int(last.number.rsplit('-', 1)[1]) + 1 if last else 1:04d}"


def new_lookup_code() -> str:
    """Return a random code to look a dossier up without signing in."""
    return "".join(secrets.choice(_ALPHABET) for _place in range(_LOOKUP_LENGTH))


def next_grant_codes(count: int) -> list[str]:
    """Return the next *count* grant codes of today, ``QK-{YYMMDD}-{NNNN}``; under a lock as above."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_GRANT_LOCK])
    prefix = f"QK-{clock.today():%y%m%d}-"
    last = Grant.objects.filter(code__startswith=prefix).order_by(Length("code").desc(), "-code").first()
    first = int(last.code.rsplit("-", 1)[1]) + 1 if last else 1
    return [f"{prefix}{number:04d}" for number in range(first, first + count)]


def next_access_code() -> str:
    """Return the next code of today of a request for use, ``KT-{YYMMDD}-{NNNN}``; under a lock as above."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_ACCESS_LOCK])
    prefix = f"KT-{clock.today():%y%m%d}-"
    last = AccessRequest.objects.filter(code__startswith=prefix).order_by(Length("code").desc(), "-code").first()
    return f"{prefix}{int(last.code.rsplit('-', 1)[1]) + 1 if last else 1:04d}"
