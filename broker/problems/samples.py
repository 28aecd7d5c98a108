"""Sample values for the words of refusals, so that the page of each code shows one whole answer."""

from collections.abc import Mapping

SAMPLES: Mapping[str, object] = {
    "access_key": "ak_live_7Q2M9K4T1B",
    "accepted": "application/json, application/xml",
    "address": "10.60.0.7",
    "day": "31/12/2026",
    "environment": "sandbox",
    "first": "0190f3a1-55d2-7a10-8c44-1be7f0a2c3d4",
    "grant": "QK-2026-0042",
    "headers": "X-LGSP-Procedure, X-LGSP-Officer",
    "hours": "T2-T6 07:00-17:30",
    "hours_en": "Mon-Fri 07:00-17:30",
    "known": "/api/data/-/ping, /api/data/-/services",
    "limit": 50,
    "media": "application/xml",
    "message": "JSON sai ở dòng 3, cột 14.",
    "message_en": "Not JSON at line 3, column 14: Expecting value.",
    "most": 255,
    "n": 1,
    "operation": "GET /communes",
    "profile": "thong-tin-cong-dan minh-hoa-1",
    "purpose": "administrative-procedures",
    "said": "cần đúng một phần tử trong Body",
    "said_en": "exactly one element is needed in the Body",
    "seconds": 3600,
    "server_time": "2026-11-29T07:30:00Z",
    "service": "administrative-units",
    "skew": -412,
    "status": 500,
    "successor": "v2",
    "successor_en": "v2",
    "system": "HT-H60.07-03",
    "version": "v1",
    "where": "X-LGSP-Grant",
}
# One word may stand for different things in different codes.
OF: Mapping[str, Mapping[str, object]] = {
    "client-assertion-invalid": {"where": "aud"},
    "parameter-invalid": {"where": "grant"},
    "message-parameter-invalid": {"where": "code", "said": "còn thiếu", "said_en": "is missing"},
    "provider-answer-too-large": {"limit": 10_485_760},
    "provider-rejected": {"said": "Không tìm thấy xã", "said_en": "Không tìm thấy xã"},
    "provider-timeout": {"limit": 30},
    "soap-action-mismatch": {"operation": "communes", "where": "urn:lgsp:data:administrative-units:v1:communes"},
    "soap-header-not-understood": {"where": "Security"},
    "too-large": {"limit": 1_048_576},
}


class _Kept(dict[str, object]):
    """A place nobody has a sample for stays as it is written; a test finds it before a reader does."""

    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def samples_of(code: str) -> dict[str, object]:
    """Return the sample values of *code*."""
    return _Kept({**SAMPLES, **OF.get(code, {})})


def worded(template: str, code: str) -> str:
    """Return *template* with the samples of *code* in its places."""
    return template.format_map(samples_of(code))
