"""What source systems may want to hear of each call, and the headers by which callers name it. Pure."""

from collections.abc import Iterable, Mapping

# In the order headers are written; an address names a header of its own for each it wants ("" not wanted).
RELAYED = ("procedure", "agency", "officer")
# What the platform does not know itself, so that the caller has to say it -> the header it is said in.
NAMED_BY_CALLER: Mapping[str, str] = {"procedure": "X-LGSP-Procedure", "officer": "X-LGSP-Officer"}
# What stands in a call written out beforehand, for the reader to replace.
SAMPLES: Mapping[str, str] = {"procedure": "MA-THU-TUC", "officer": "MA-CAN-BO"}


def demanded_by(wanted: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """Return what a caller has to name because an address wants it; *wanted* are headers of each, by what they carry.

    >>> demanded_by([{"procedure": "", "agency": "MaDonVi"}, {"officer": "MaCanBo"}])
    ('officer',)
    """
    named = list(wanted)
    return tuple(what for what in NAMED_BY_CALLER if any(headers.get(what) for headers in named))
