"""Workers telling each other what they let through, over the cache; advice only (decisions, 2; docs/limits.md).

No call waits for it. A worker that hears nobody goes by its own counts, as a worker alone does.
"""

import asyncio
import hashlib
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from broker.ending import ended
from broker.limits import Running
from broker.rates import Rates

log = structlog.get_logger(__name__)
EVERY_SECONDS = 0.2
# Right after a limit filled fast; never more often than this.
SOON_SECONDS = 0.02
# What a worker said of its running calls holds so long.
HOLDS_SECONDS = 1.0
PAUSE_SECONDS = 1.0
PATIENCE_SECONDS = 2.0
MOST_TOLD = 5_000
MOST_COUNTED = 1_000_000


class Sharing:
    """Publishes this worker's counts and takes in those of the others; those of one database hear each other."""

    def __init__(self, cache: str, database: str) -> None:
        self._cache = cache
        self._channel = "lgsp-rates-" + hashlib.blake2b(database.encode(), digest_size=12).hexdigest()
        self._name = secrets.token_hex(8)
        self._others: dict[str, tuple[float, Mapping[int, int]]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._telling = False
        self._lost = False

    async def start(self, rates: Rates, running: Running) -> None:
        """Begin to tell and to listen."""
        self._rates, self._running = rates, running
        self._hurry = asyncio.Event()
        rates.sharing, rates.hurry = True, self._hurry.set
        self._tasks = [
            asyncio.create_task(self._again(work), name=name)
            for work, name in ((self._tell, "limits-tell"), (self._listen, "limits-listen"))
        ]

    async def stop(self) -> None:
        """End both tasks."""
        await asyncio.gather(*map(ended, self._tasks))

    async def _again(self, work: Any) -> None:
        """Do *work* for ever; without its cache the worker goes on alone and tries again."""
        while True:
            cache = Redis.from_url(self._cache, socket_connect_timeout=PATIENCE_SECONDS, health_check_interval=10)
            try:
                await work(cache)
            except (RedisError, OSError, TimeoutError) as error:
                if not self._lost:
                    log.warning("broker.limits_not_shared", error=str(error)[:200])
                self._lost = True
            except Exception:
                log.exception("broker.limits_not_shared")
            finally:
                with suppress(RedisError, OSError):
                    await cache.aclose()
            self._rates.fresh.clear()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _tell(self, cache: "Redis") -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), EVERY_SECONDS)
            self._hurry.clear()
            self.forget(time.monotonic())
            if (message := self.message()) is not None:
                await asyncio.wait_for(cache.publish(self._channel, message), PATIENCE_SECONDS)
            await asyncio.sleep(SOON_SECONDS)

    async def _listen(self, cache: "Redis") -> None:
        async with cache.pubsub(ignore_subscribe_messages=True) as heard:
            await heard.subscribe(self._channel)
            if self._lost:
                log.info("broker.limits_shared_again")
            self._lost = False
            while True:
                found = await heard.get_message(timeout=PATIENCE_SECONDS)
                if found is not None:
                    self.hear(found["data"], time.monotonic())

    def message(self) -> bytes | None:
        """Return what there is to tell, and forget it; None: nothing."""
        fresh, running = self._rates.fresh, self._running.keys
        if not fresh and not running and not self._telling:
            return None
        self._telling = bool(running)
        counts = list(fresh.items())[:MOST_TOLD]
        fresh.clear()
        return orjson.dumps({"w": self._name, "g": counts, "k": list(running.items())[:MOST_TOLD]})

    def hear(self, data: bytes, at: float) -> None:
        """Take in what another worker told; what is no message of ours is dropped."""
        try:
            told = orjson.loads(data)
            name, counts, keys = str(told["w"]), _numbers(told["g"]), _numbers(told["k"])
        except (ValueError, TypeError, KeyError):
            return
        if name == self._name:
            return
        self._rates.heard(counts, at)
        self._others[name] = (at, keys)
        self._sum_up()

    def forget(self, at: float) -> None:
        """Drop what workers said that are silent since."""
        if gone := [name for name, (then, _keys) in self._others.items() if at - then > HOLDS_SECONDS]:
            for name in gone:
                del self._others[name]
            self._sum_up()

    def _sum_up(self) -> None:
        total: dict[int, int] = {}
        for _then, keys in self._others.values():
            for key_id, number in keys.items():
                total[key_id] = total.get(key_id, 0) + number
        self._running.elsewhere, self._running.workers = total, len(self._others) + 1


def _numbers(pairs: Any) -> dict[int, int]:
    """Return counts by id. Raises ValueError, TypeError for anything else."""
    found = {int(number): int(count) for number, count in pairs[:MOST_TOLD]}
    if any(not 0 < count <= MOST_COUNTED for count in found.values()):
        raise ValueError("a count is a small positive number")
    return found
