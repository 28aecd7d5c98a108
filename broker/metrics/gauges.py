"""How a worker stands at this moment, read when somebody asks."""

import gc
import resource
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from broker.engine import Engine


def gauges(engine: "Engine") -> dict[str, Any]:
    """Return present values by name; lists are rows of labels and a value."""
    load, policy, waiting = engine.load, engine.policy, engine.ledger.waiting
    return {
        "running_calls": load.running,
        "running_calls_limit": load.limit,
        "event_loop_lag_seconds": load.lag,
        "draining": int(load.draining),
        "buffer_bytes": engine.budget.used,
        "buffer_bytes_limit": engine.budget.limit,
        "log_ready": int(engine.ledger.ready),
        "log_waiting": [["intent", waiting[0]], ["outcome", waiting[1]]],
        "snapshot_age_seconds": policy.age,
        "clock_trusted": int(policy.clocks.trusted),
        "clock_ahead_seconds": policy.clocks.apart,
        "unsealed_age_seconds": policy.sealed.age,
        "running_by_provider": _by_provider(engine),
        "breaker_open": _breakers(engine),
        "gc_collections": [[str(number), row["collections"]] for number, row in enumerate(gc.get_stats())],
        "gc_collected": [[str(number), row["collected"]] for number, row in enumerate(gc.get_stats())],
        "largest_resident_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def _codes(engine: "Engine") -> dict[int, str]:
    """Return the codes of the providers that the present snapshot knows; labels come from nowhere else."""
    snapshot = engine.policy.present
    if snapshot is None:
        return {}
    return {service.row.provider_id: service.row.provider_code for service in snapshot.services.values()}


def _by_provider(engine: "Engine") -> list[list[Any]]:
    codes = _codes(engine)
    return [
        [codes[name], environment, count]
        for environment, places in engine.running.places.items()
        for name, count in places.providers.items()
        if name in codes
    ]


def _breakers(engine: "Engine") -> list[list[Any]]:
    """Name the upstreams that calls are kept from; one that is not named is asked as usual."""
    snapshot = engine.policy.present
    rows = [] if snapshot is None else [service.row for service in snapshot.services.values()]
    codes = {upstream.upstream_id: row.provider_code for row in rows for upstream in row.upstreams}
    return [[codes[name], str(name), 1] for name in engine.breakers.open_ones() if name in codes]
