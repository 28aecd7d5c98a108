"""Calls data services of a provincial LGSP.

    from lgsp_client import Client, HmacKey

    with Client("https://lgsp.example", HmacKey.from_environment(), grant="QK-…", purpose="…") as lgsp:
        answer = lgsp.get("administrative-units", "v1", "/communes", params={"limit": 2})
        print(answer.json())

Every call is signed anew (profile ``lgsp-1`` of RFC 9421); what may be sent again safely is, with a new nonce; what
was refused is raised as an exception that says who has to act. Needs the standard library alone, and httpcore for
``AsyncClient``.
"""

from lgsp_client.answers import Answer, Download, Limit
from lgsp_client.async_client import AsyncClient
from lgsp_client.calls import Settings
from lgsp_client.client import Client
from lgsp_client.documents import Grant, Ping, Quota, Service
from lgsp_client.errors import (
    AlreadyForwarded,
    AnswerLost,
    CertificateRefused,
    ClockSkewed,
    ConsumerProblem,
    LgspError,
    LimitReached,
    NotAuthenticated,
    NotGranted,
    PlatformProblem,
    ProblemError,
    ProviderProblem,
    ServiceRefused,
    TokenRefused,
    UnexpectedAnswer,
    Unreachable,
)
from lgsp_client.keys import Ed25519Key, HmacKey, SigningKey
from lgsp_client.retrying import RetryPolicy
from lgsp_client.signing import new_idempotency_key
from lgsp_client.version import VERSION

__version__ = VERSION
__all__ = [
    "AlreadyForwarded",
    "Answer",
    "AnswerLost",
    "AsyncClient",
    "CertificateRefused",
    "Client",
    "ClockSkewed",
    "ConsumerProblem",
    "Download",
    "Ed25519Key",
    "Grant",
    "HmacKey",
    "LgspError",
    "Limit",
    "LimitReached",
    "NotAuthenticated",
    "NotGranted",
    "Ping",
    "PlatformProblem",
    "ProblemError",
    "ProviderProblem",
    "Quota",
    "RetryPolicy",
    "Service",
    "ServiceRefused",
    "Settings",
    "SigningKey",
    "TokenRefused",
    "UnexpectedAnswer",
    "Unreachable",
    "new_idempotency_key",
]
