"""Ending a task for good."""

import asyncio
from typing import Any


async def ended(task: "asyncio.Task[Any]") -> None:
    """Cancel *task*, and again until it is over.

    In Python 3.11 a wait with a limit that ends at the very moment it is cancelled forgets the cancellation.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=1)
