"""The numbers of all workers in the text form of Prometheus: counters added up, present values by worker."""

from collections.abc import Iterable, Iterator
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from broker.metrics.counts import BOUNDS, Counts, Histogram

CONTENT_TYPE = CONTENT_TYPE_LATEST
PREFIX = "lgsp_broker_"
State = dict[str, Any]
GAUGES = {
    "running_calls": "Calls in the worker, from first byte to last.",
    "running_calls_limit": "Calls a worker takes at once.",
    "event_loop_lag_seconds": "How late the event loop was at its last tick.",
    "draining": "1 while the worker finishes its calls and takes no connection.",
    "buffer_bytes": "Bytes of contents held in memory.",
    "buffer_bytes_limit": "Bytes of contents that may be held in memory.",
    "log_ready": "1 while calls can be admitted and recorded.",
    "snapshot_age_seconds": "Seconds since the policy was last known to be true; 30 is the end of trust.",
    "clock_trusted": "1 while nothing speaks against the worker's clock.",
    "clock_ahead_seconds": "Seconds the worker's clock is ahead of the database's.",
    "unsealed_age_seconds": "Seconds since all of the log was sealed, as the worker last heard; alarm at 10.",
    "largest_resident_bytes": "Largest resident size the worker had.",
}
# Names of the labels beside the worker's.
ROWS = {
    "log_waiting": (("log",), "Rows waiting to be written to the call log."),
    "running_by_provider": (("provider", "environment"), "Calls running at a provider."),
    "breaker_open": (("provider", "upstream"), "1 while calls to an upstream are paused; absent otherwise."),
}
COLLECTIONS = {
    "gc_collections": "Runs of the garbage collector.",
    "gc_collected": "Objects the garbage collector found; a call leaves none.",
}


class _Workers(Collector):
    def __init__(self, states: Iterable[State]) -> None:
        self._states = sorted(states, key=lambda state: state["worker"])

    def collect(self) -> Iterator[Metric]:
        """Give all families."""
        yield from _counters(self._states)
        for name, text in GAUGES.items():
            yield self._fill(GaugeMetricFamily(PREFIX + name, text, labels=["worker"]), name)
        for name, (labels, text) in ROWS.items():
            yield self._fill(GaugeMetricFamily(PREFIX + name, text, labels=["worker", *labels]), name)
        for name, text in COLLECTIONS.items():
            yield self._fill(CounterMetricFamily(PREFIX + name, text, labels=["worker", "generation"]), name)

    def _fill(self, family: Any, name: str) -> Metric:
        """Put what each worker says now into *family*: one value, or rows of labels and a value."""
        for state in self._states:
            # What a worker of an earlier version left knows of less.
            found = state["gauges"].get(name, []) if state["gauges"] else []
            for *labels, value in found if isinstance(found, list) else [[found]]:
                # JSON has no infinity; a worker without a snapshot wrote null.
                family.add_metric([state["worker"], *labels], float("inf") if value is None else value)
        filled: Metric = family
        return filled


def _counters(states: list[State]) -> Iterator[Metric]:
    counts = Counts()
    for state in states:
        counts.add(state["counts"])
    calls = CounterMetricFamily(
        PREFIX + "calls", "Calls answered.", labels=["service", "status_class", "reason", "side"]
    )
    for (service, hundred, reason, side), count in sorted(counts.calls.items()):
        calls.add_metric([service, f"{hundred}xx", reason, side], count)
    yield calls
    logins = CounterMetricFamily(
        PREFIX + "token_requests", "Requests for a token at a provider's endpoint.", labels=["upstream", "result"]
    )
    for (upstream_id, result), count in sorted(counts.logins.items()):
        logins.add_metric([str(upstream_id), result], count)
    yield logins
    yield CounterMetricFamily(PREFIX + "forwarded_calls", "Calls sent to a provider.", value=counts.forwarded)
    yield CounterMetricFamily(PREFIX + "refused_calls", "Calls refused before a provider.", value=counts.refused)
    yield CounterMetricFamily(
        PREFIX + "abandoned_calls", "Calls whose caller left before sending all of it.", value=counts.abandoned
    )
    yield CounterMetricFamily(PREFIX + "sent_bytes", "Bytes of answers.", value=counts.sent_bytes)
    yield _histogram("call_duration_seconds", "Time of a call, first byte to last.", counts.whole)
    yield _histogram("upstream_duration_seconds", "Time of a call at its provider.", counts.upstream)
    yield _histogram("record_duration_seconds", "Time until an outcome was durable.", counts.record)


def _histogram(name: str, text: str, histogram: Histogram) -> Metric:
    rows, below = [], 0
    for bound, count in zip([*map(str, BOUNDS), "+Inf"], histogram.buckets, strict=True):
        below += count
        rows.append((bound, float(below)))
    return HistogramMetricFamily(PREFIX + name, text, buckets=rows, sum_value=histogram.total)


def exposition(states: Iterable[State]) -> bytes:
    """Return the page of metrics; a state is what one worker says (``workers``)."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Workers(states))
    return generate_latest(registry)
