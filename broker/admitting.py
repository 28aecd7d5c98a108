"""Admission: what the log is told of a call, and what its verdict means for the caller (decisions, 1–3)."""

from typing import TYPE_CHECKING

from audit.admission import Call, LogUnavailable, Standing, Verdict, standing
from broker.allowance import allowance, until_midnight
from broker.authorising import judge
from broker.incoming import Incoming
from broker.problems import refusal

if TYPE_CHECKING:
    from broker.engine import Engine


# Standings of one snapshot kept at most; beyond it they are found out anew.
MOST_STANDINGS = 4096


def call_of(incoming: Incoming, engine: "Engine") -> Call:
    """Return what the log keeps of the request: codes and keyed digests, never content or path."""
    proof, ledger = incoming.proof, engine.ledger
    verified = incoming.principal is not None
    content = incoming.content if incoming.arrived is None else incoming.arrived
    return Call(
        incoming.call_id,
        incoming.received_at,
        standing_of(incoming),
        len(content),
        ledger.digest(content),
        ledger.digest(incoming.raw_query),
        proof.moment if proof else None,
        proof.nonce.encode("ascii") if proof else b"",
        ledger.digest(incoming.officer.encode()) if verified and incoming.officer else b"",
    )


def standing_of(incoming: Incoming) -> Standing:
    """Return what the log says of every call like this one; of a lawful call it is found out once for a snapshot."""
    principal, warrant, snapshot = incoming.principal, incoming.warrant, incoming.snapshot
    if principal is None or warrant is None or snapshot is None:
        return _standing_of(incoming)
    named = (incoming.address, incoming.procedure, principal.auth, incoming.method)
    key = (principal.key.key_id, warrant.grant.grant_id, warrant.operation.operation_id, *named)
    found = snapshot.standings.get(key)
    if found is None:
        if len(snapshot.standings) >= MOST_STANDINGS:
            snapshot.standings.clear()
        found = snapshot.standings[key] = _standing_of(incoming)
    return found


def _standing_of(incoming: Incoming) -> Standing:
    key, warrant, proof = incoming.claimed, incoming.warrant, incoming.proof
    verified = incoming.principal is not None
    service = incoming.service.row if incoming.service else incoming.gone
    grant = incoming.grant
    return standing(
        environment=key.environment if key else "",
        method=str(incoming.method),
        service=service.code if service else "",
        version=service.version if service else "",
        operation=incoming.operation.code if incoming.operation else "",
        # A signature that does not verify proves nothing: the row names the claimed system, and paces by address.
        key_id=key.key_id if key and verified else 0,
        access_key=proof.keyid if proof else "",
        system_id=key.system_id if key else 0,
        system_code=key.system_code if key else "",
        agency_id=key.agency_id if key else 0,
        agency_code=key.agency_code if key else "",
        provider_id=service.provider_id if service else 0,
        provider_code=service.provider_code if service else "",
        grant_code=grant.code if grant else "",
        # Only a purpose that was given: a caller who named another one is logged with none.
        purpose=grant.purpose if grant and incoming.purpose_code == grant.purpose else "",
        gate_id=warrant.grant.gate_id if warrant else 0,
        gate_version=warrant.grant.gate_version if warrant else 0,
        address=incoming.address,
        auth=incoming.principal.auth if incoming.principal else "",
        procedure=incoming.procedure if verified else "",
        total_gate_id=service.total_gate_id if service else 0,
    )


async def admit(incoming: Incoming, engine: "Engine") -> None:
    """Have the call admitted by the one statement. Raises a refusal for every verdict but A.

    A verdict S means the policy changed between snapshot and statement: judge again by a newer snapshot, submit again.
    """
    verdict = await submit(incoming, engine, owned=False)
    for _again in range(3):
        if verdict is not Verdict.STALE:
            break
        incoming.snapshot = await engine.policy.reload()
        _judge_again(incoming)
        verdict = await submit(incoming, engine, owned=True)
    _require_admitted(verdict, incoming, engine)


async def submit(incoming: Incoming, engine: "Engine", *, owned: bool) -> Verdict:
    """Write the intent of the call and return the verdict. Raises ``log-unavailable``."""
    call = call_of(incoming, engine)
    try:
        verdict = await engine.ledger.admit(call, owned=owned)
    except LogUnavailable:
        raise refusal("log-unavailable").with_header("Retry-After", 5) from None
    incoming.submitted = call
    return verdict


async def burn(incoming: Incoming, engine: "Engine") -> None:
    """Use up the nonce of a call that needs no grant. Raises ``nonce-reused``; the verdict "no gate" is expected."""
    if await submit(incoming, engine, owned=False) is Verdict.REPLAY:
        raise refusal("nonce-reused")


def _judge_again(incoming: Incoming) -> None:
    assert incoming.principal is not None and incoming.snapshot is not None  # noqa: S101, PT018
    key = incoming.snapshot.keys.get(incoming.principal.key.access_key)
    if key is None or not key.active:
        raise refusal("key-revoked")
    incoming.claimed = key
    incoming.warrant = judge(incoming, incoming.snapshot, key)


def _require_admitted(verdict: Verdict, incoming: Incoming, engine: "Engine") -> None:
    """Raise what *verdict* means, and say what the caller may still send."""
    if verdict is Verdict.ADMITTED:
        assert incoming.submitted is not None  # noqa: S101
        incoming.allowance = allowance(incoming, engine.rates, engine.ledger.room(incoming.submitted))
        return
    if verdict is Verdict.REPLAY:
        raise refusal("nonce-reused")
    seconds = until_midnight(incoming.second)
    warrant = incoming.warrant
    if verdict is Verdict.QUOTA and warrant is not None:
        incoming.allowance = allowance(incoming, engine.rates, 0)
        raise refusal("quota-exceeded", grant=warrant.grant.code, seconds=seconds).with_header("Retry-After", seconds)
    if verdict is Verdict.TOTAL and warrant is not None:
        incoming.allowance = allowance(incoming, engine.rates, None)
        error = refusal("provider-total-exceeded", service=warrant.service.row.code, seconds=seconds)
        raise error.with_header("Retry-After", seconds)
    raise refusal("policy-unavailable").with_header("Retry-After", 5)
