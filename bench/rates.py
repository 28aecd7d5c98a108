"""How near two workers come to one rate: `./run manage shell -c "from bench.rates import measure; measure()"`.

Each worker is a process with its own meter; they tell each other over the cache as the broker's workers do. The load
is offered evenly to both. Printed: calls let through in the busiest window, as a share of the limit, worst and median
of the rounds.
"""

import asyncio
import multiprocessing
import statistics
import time
from typing import Any

from django.conf import settings

from broker.limits import Running
from broker.rates import Rates
from broker.sharing import Sharing
from connections.projection import GrantRow

WORKERS, ROUNDS = 2, 10
# Name, limit a second, limit a minute, calls offered a second to each worker, seconds offered.
CASES = (
    ("100/s, offered 2 x 100/s", 100, 0, 100, 5.0),
    ("100/s, offered 2 x 500/s", 100, 0, 500, 5.0),
    ("1,000/s, offered 2 x 2,000/s", 1000, 0, 2000, 5.0),
    ("100/min, offered 2 x 20/s", 0, 100, 20, 8.0),
    ("100/min, all 200 at once", 0, 100, 100_000, 0.002),
)


def grant_of(number: int, second: int, minute: int) -> GrantRow:
    """Return a grant with these rates and nothing else."""
    known: dict[str, Any] = dict.fromkeys(GrantRow.__slots__)
    return GrantRow(**{**known, "grant_id": number, "rate_per_second": second, "rate_per_minute": minute})


async def offer(grant: GrantRow, each: int, seconds: float, begin: float, channel: str) -> list[float]:
    """Offer the load from *begin* on; return when calls were let through."""
    rates, sharing, passed = Rates(), Sharing(settings.CACHES["default"]["LOCATION"], channel), list[float]()
    await sharing.start(rates, Running())
    await asyncio.sleep(max(begin - time.monotonic(), 0))
    for step in range(max(round(each * seconds), 1)):
        await asyncio.sleep(max(begin + step / each - time.monotonic(), 0))
        at = time.monotonic()
        if rates.take(grant, at) == 0:
            passed.append(at)
    await asyncio.sleep(0.5)
    await sharing.stop()
    return passed


def work(queue: Any, *given: Any) -> None:
    """Be one worker."""
    queue.put(asyncio.run(offer(*given)))


def busiest(passed: list[float], seconds: int) -> int:
    """Return the most calls of any window of *seconds*."""
    first, most = 0, 0
    for last, at in enumerate(passed):
        while at - passed[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def measure() -> None:
    """Print each case."""
    context = multiprocessing.get_context("fork")
    for name, second, minute, each, seconds in CASES:
        shares = []
        for turn in range(ROUNDS):
            queue, begin = context.Queue(), time.monotonic() + 0.7
            given = (grant_of(turn + 1, second, minute), each, seconds, begin, f"bench-{name}-{turn}")
            workers = [context.Process(target=work, args=(queue, *given)) for _ in range(WORKERS)]
            for worker in workers:
                worker.start()
            passed = sorted(at for _ in workers for at in queue.get())
            for worker in workers:
                worker.join()
            shares.append(busiest(passed, 1 if second else 60) / (second or minute))
        print(f"{name}: median {statistics.median(shares):.2f}, worst {max(shares):.2f} (n = {ROUNDS})")
