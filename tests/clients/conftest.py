"""The broker of tests/broker, for programs that call it as a developer's would."""

from tests.broker.conftest import (
    broker,
    database,
    log,
    module_broker,
    module_log,
    module_world,
    provider,
    world,
)

__all__ = ["broker", "database", "log", "module_broker", "module_log", "module_world", "provider", "world"]
