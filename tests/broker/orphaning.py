"""A broker that is gone at once and leaves its child: ``python -m tests.broker.orphaning`` tells the child's id."""

import asyncio
import os

import django

django.setup()

from broker.messages.lanes import Lane  # noqa: E402  # models can be imported only when Django is ready
from catalog.projection import ProfileRow  # noqa: E402

if __name__ == "__main__":
    lane = Lane()
    asyncio.run(lane.judge(ProfileRow(1, "a", "1", "json", "{}"), b"{}"))
    assert lane._child is not None
    os.write(1, f"{lane._child.pid}\n".encode())
    os._exit(0)
