"""One round: load, a fault at a moment nobody foresees, back to service, and the questions after it."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from tests.faults import checks
from tests.faults.checks import Findings, Hits
from tests.faults.instance import Instance, alive
from tests.faults.kinds import Kind
from tests.faults.load import Load, Told
from tests.faults.waiting import wait_until
from tests.faults.world import Caller

# Promise P11: after this everything is served again.
SERVING_SECONDS = 15.0
# Calls in flight when the fault came have had their answer by then.
LAST_SECONDS = 60.0
STEADY_SECONDS = 1.5
# What the second system may still call in a round; its load asks for more.
ALLOWANCE = 25


@dataclass(frozen=True, slots=True)
class Round:
    """What a round came to; ``back`` is in seconds from the end of the fault to the first call from which on all were
    served."""

    kind: str
    statuses: Counter[int]
    codes: Counter[str]
    back: float
    faults: list[str]


@dataclass(slots=True)
class Suite:
    """A running instance, what calls it and what answers."""

    instance: Instance
    callers: Sequence[Caller]
    hits: Hits
    chance: Random
    rate: float
    counts: Counter[str] = field(default_factory=Counter)

    def round(self, kind: Kind) -> Round:
        """Do one fault under load and ask what must hold."""
        self._allow()
        found = Findings()
        load = Load(self.instance.doors, self.callers, self.rate).start()
        try:
            time.sleep(self.chance.uniform(1.0, 2.5))
            kind.do(self.instance, self.chance)
            ended = time.monotonic()
            self._wait(found, load, ended)
        finally:
            told = load.stop()
        self._ask(found, told)
        self.counts.update(found.counts)
        statuses, codes = Counter(one.status for one in told), Counter(one.word for one in told)
        return Round(kind.name, statuses, codes, back(told, ended), found.faults)

    def _allow(self) -> None:
        """Let the second caller call so often and no more."""
        with self.instance.connect() as own:
            own.execute("update audit_gate set lim = used + %s where gate_id = %s", (ALLOWANCE, self.callers[1].gate))

    def _wait(self, found: Findings, load: Load, ended: float) -> None:
        def serving() -> bool:
            return load.steady(ended, STEADY_SECONDS) and self.instance.ready()

        # The steady seconds themselves are not waiting.
        if not wait_until(serving, SERVING_SECONDS + STEADY_SECONDS):
            found.faults.append(f"not served as before {SERVING_SECONDS:.0f} s after the fault")
            wait_until(serving, LAST_SECONDS)
        if not wait_until(self._whole, SERVING_SECONDS):
            found.faults.append(f"not all there {SERVING_SECONDS:.0f} s later: {', '.join(self._missing())}")

    def _missing(self) -> list[str]:
        named = [name for name, pid in self.instance.pids.items() if not alive(pid)]
        with self.instance.connect() as own:
            late = own.execute(
                "select 1 from audit_sealing where sealed_at > clock_timestamp() - interval '5 seconds'"
                " and outside_fault = ''"
            ).fetchone()
        return named if late else [*named, "sealing"]

    def _whole(self) -> bool:
        return not self._missing()

    def _ask(self, found: Findings, told: Sequence[Told]) -> None:
        checks.check_answers(found, told)
        checks.check_replays(found, told)
        with self.instance.connect() as own:
            checks.check_rows(found, own, told, self.hits)
            checks.check_ledger(found, own, self.callers)

    def settle(self, *, wait: bool) -> list[str]:
        """Verify the log; where told to *wait*, once every call has an outcome, as long as promise P2 allows. Say
        what did not hold."""
        with self.instance.connect() as own:

            def closed() -> bool:
                return not checks.open_calls(own)

            if wait and not wait_until(closed, checks.ORPHAN_SECONDS):
                return [f"{checks.open_calls(own)} calls without an outcome after {checks.ORPHAN_SECONDS} s"]
            self.counts["closed as unknown"] = checks.closed_as_unknown(own)
        return checks.verify()


def back(told: Sequence[Told], ended: float) -> float:
    """Return the seconds from *ended* to the first call sent from which on all were served; 0 when none failed."""
    failed = [one.sent for one in told if not one.served and one.sent >= ended]
    served = [one.sent for one in told if one.served and one.sent > max(failed, default=ended)]
    return (min(served, default=max(failed)) - ended) if failed else 0.0
