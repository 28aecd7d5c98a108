"""What tokens and assertions cost a call, in microseconds of one core: ``python bench/tokens.py``.

No services are needed. Medians of 40 rounds; a bare Ed25519 signature and verification of the same length stand
beside them.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("LGSP_MODE", "test")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lgsp.settings.test")
ROUNDS, CALLS = 40, 500
SEED = "YmVuY2gta2V5LW9mLTMyLWJ5dGVzLWZvci1iZW5jaC0="


def median(make: Callable[[], Any]) -> float:
    """Return microseconds a call."""
    found = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for _ in range(CALLS):
            make()
        found.append((time.process_time() - begun) / CALLS * 1e6)
    return statistics.median(found)


def main() -> None:
    """Measure and print."""
    import django

    django.setup()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from broker.assertion import assertion_for
    from broker.tokens.issuing import issue
    from broker.tokens.signer import Signer
    from core import clock
    from core.ids import uuid7
    from tests.broker.world import new_grant, new_key, service

    signer = Signer.of(f"bench:{SEED}", "https://lgsp.example")
    key, grant = new_key(1), new_grant(1, 1)
    row = service("http://127.0.0.1:1")
    warrant = SimpleNamespace(service=SimpleNamespace(row=row), grant=grant, upstream_path="/communes/00001")
    incoming: Any = SimpleNamespace(
        warrant=warrant,
        principal=SimpleNamespace(key=key),
        call_id=uuid7(),
        method="GET",
        content=b"",
        raw_query=b"limit=2",
        procedure="",
    )
    token = issue(signer, key, grant, clock.now()).text.encode()
    bare = Ed25519PrivateKey.generate()
    text = b"x" * 600
    mark, public = bare.sign(text), bare.public_key()

    def unknown() -> None:
        signer._known.clear()
        signer.read_token(token)

    rows: dict[str, Callable[[], Any]] = {
        "Ed25519 signature alone": lambda: bare.sign(text),
        "assertion for the provider, whole": lambda: assertion_for(incoming, signer),
        "Ed25519 verification alone": lambda: public.verify(mark, text),
        "token seen for the first time": unknown,
        "token seen before": lambda: signer.read_token(token),
        "token issued": lambda: issue(signer, key, grant, clock.now()),
    }
    for name, make in rows.items():
        print(f"{name:<36} {median(make):7.1f} µs")
    print(f"{len(assertion_for(incoming, signer))} bytes of assertion, {len(token)} of token; n = {ROUNDS} × {CALLS}")


if __name__ == "__main__":
    main()
