"""The client for programs with an event loop: the same questions, awaited."""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from lgsp_client.answers import Answer, Download
from lgsp_client.async_running import AsyncRunner
from lgsp_client.calls import NOBODY, Asker, Settings
from lgsp_client.documents import Ping, Service
from lgsp_client.flow import Flow
from lgsp_client.target import Params
from lgsp_client.transport import Address, tls_context

if TYPE_CHECKING:
    from lgsp_client.keys import SigningKey


class AsyncClient:
    """As :class:`Client`, awaited: any number of tasks of one event loop share it. Needs ``lgsp-client[async]``.

    Close it, or use it with ``async with``. A call that is cancelled may have been carried out, as one whose answer is
    lost: send it again under its ``idempotency_key``.
    """

    def __init__(
        self,
        base_url: str,
        key: SigningKey,
        *,
        grant: str = NOBODY,
        purpose: str = NOBODY,
        tokens: bool = False,
        ca_file: str | os.PathLike[str] | None = None,
        settings: Settings | None = None,
    ) -> None:
        # Here, for the rest of the package needs nothing but the standard library.
        from lgsp_client.async_transport import AsyncTransport

        settings = settings or Settings()
        address = Address.of(base_url, plain_http=settings.plain_http)
        context = tls_context(address, ca_file, settings.certificate)
        self._asker = Asker(grant, purpose)
        flow = Flow(key, address, settings, tokens=tokens)
        self._runner = AsyncRunner(flow, AsyncTransport(address, context, settings.timeout))

    def __repr__(self) -> str:
        return f"AsyncClient({self._runner.flow!r}, grant={self._asker.grant!r}, purpose={self._asker.purpose!r})"

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the connections that are kept."""
        await self._runner.close()

    def for_grant(self, grant: str, purpose: str) -> AsyncClient:
        """Return a client for another grant of the same system: connections, clock and tokens are shared."""
        other = copy.copy(self)
        other._asker = Asker(grant, purpose)
        return other

    # -- asking the platform ---------------------------------------------------------------------------
    async def ping(self) -> Ping:
        """Return who the key stands for, its grants, and what is left of their quotas."""
        answer = await self._runner.run(self._runner.flow.held(self._asker.ping()))
        return cast(Ping, answer.json())

    async def services(self, *, mine: bool = False) -> list[Service]:
        """Return what is published in the key's environment; *mine* leaves out what may not be called."""
        answer = await self._runner.run(self._runner.flow.held(self._asker.services(mine=mine)))
        return cast("list[Service]", answer.json()["services"])

    # -- calling a service -----------------------------------------------------------------------------
    async def get(
        self,
        service: str,
        version: str,
        path: str = "",
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        procedure: str = "",
        officer: str = "",
        deadline: float | None = None,
    ) -> Answer:
        """Ask an operation; for *procedure* and *officer* see :meth:`call`. Raises an :class:`LgspError`."""
        parts: dict[str, Any] = {"procedure": procedure, "officer": officer, "deadline": deadline}
        return await self.call("GET", service, version, path, params=params, headers=headers, **parts)

    async def post(self, service: str, version: str, path: str = "", *, json: Any = None, **parts: Any) -> Answer:
        """Send a JSON document to an operation; for *parts* see :meth:`call`."""
        return await self.call("POST", service, version, path, json=json, **parts)

    async def call(  # noqa: PLR0913 - a call has so many parts, each of them named
        self,
        method: str,
        service: str,
        version: str,
        path: str = "",
        *,
        params: Params | None = None,
        json: Any = None,
        body: bytes = b"",
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
        idempotency_key: str = "",
        procedure: str = "",
        officer: str = "",
        deadline: float | None = None,
    ) -> Answer:
        """Call an operation with any method; *json* is a document, *body* bytes of *content_type*.

        What changes something goes under ``idempotency_key``, a new one unless given: sent again under the same key it
        is not done twice. ``procedure`` is the code of the administrative procedure the call serves, ``officer`` the
        id of the officer who asks; some national services want both. Raises an :class:`LgspError`; its
        ``may_have_run`` and ``idempotency_key`` say how to go on with a deed.
        """
        call = self._asker.call(
            method,
            service,
            version,
            path,
            params=params,
            json=json,
            body=body,
            content_type=content_type,
            headers=headers,
            idempotency_key=idempotency_key,
            procedure=procedure,
            officer=officer,
            deadline=deadline,
        )
        return await self._runner.run(self._runner.flow.held(call))

    async def download(
        self,
        service: str,
        version: str,
        path: str,
        file: str | os.PathLike[str],
        *,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        deadline: float | None = None,
    ) -> Download:
        """Write an answer of any size to *file*, which is there when it is whole and not before."""
        call = self._asker.call("GET", service, version, path, params=params, headers=headers, deadline=deadline)
        return await self._runner.run(self._runner.flow.download(call, Path(file)))
