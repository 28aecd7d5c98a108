"""Looking a dossier up without signing in, by the two codes of its receipt (ux.md §2.1, U8)."""

import hmac

from django.conf import settings
from django.utils.translation import gettext as _

from connections.models import ConnectionRequest
from core.networks import subscriber_of
from core.problems import InvalidInput
from core.text import tidy
from core.tries import give_back, take_try

ROOM = "lookup"
# Crockford's base 32, as it is read: what looks like a digit is one.
_READ = str.maketrans({"O": "0", "I": "1", "L": "1", " ": None, "-": None, "–": None})
# Equals no code, because "-" stands in none.
_NO_CODE = "--------"


def read_code(typed: str) -> str:
    """Return a look-up code as it is kept, however it was typed.

    >>> read_code(" oil2-3abc ")
    '01123ABC'
    """
    return tidy(typed).upper().translate(_READ)[:20]


def read_number(typed: str) -> str:
    """Return a file number as it is kept: capitals, no spaces, plain hyphens."""
    return tidy(typed).upper().replace(" ", "").replace("–", "-")[:60]


def look_up(*, number: str, code: str, address: str | None) -> ConnectionRequest:
    """Return the dossier with both codes.

    Raises InvalidInput with one text whichever code is wrong, TooMany after ``LOOKUP_TRIES`` wrong ones from one
    network address or on one number, DomainError ``unavailable`` where tries cannot be counted. What an unknown
    number answers takes as long as what a known one does.
    """
    wanted, given = read_number(number), read_code(code)
    keys = (f"address:{subscriber_of(address)}", f"number:{wanted}")
    take_try(ROOM, keys, limit=settings.LOOKUP_TRIES, seconds=settings.LOOKUP_LOCK_SECONDS)
    known = ConnectionRequest.objects.filter(number=wanted or "-").values_list("lookup_code", flat=True).first()
    if not hmac.compare_digest((known or _NO_CODE).encode(), given.encode()):
        raise InvalidInput({"": [_("Mã hồ sơ hoặc mã tra cứu không đúng. Hai mã in trên phiếu tiếp nhận.")]})
    give_back(ROOM, keys)
    return ConnectionRequest.objects.get(number=wanted)
