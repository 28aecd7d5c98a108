"""The client: what a developer asks, put into calls."""

from __future__ import annotations

import copy
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from lgsp_client.answers import Answer, Download
from lgsp_client.calls import NOBODY, Asker, Settings
from lgsp_client.documents import Ping, Service
from lgsp_client.flow import Flow
from lgsp_client.running import Runner
from lgsp_client.target import Params
from lgsp_client.transport import Address, Transport, tls_context

if TYPE_CHECKING:
    from lgsp_client.keys import SigningKey


class Client:
    """Calls data services under one grant. Threads may share it; close it, or use it as a context manager.

    ``key`` is an :class:`HmacKey` or :class:`Ed25519Key`. With ``tokens`` it asks for a token and sends that in place
    of a signature. ``ca_file`` names the authorities that vouch for the platform where the machine does not know
    them; there is no way to do without. Raises ``ValueError`` for an address that calls cannot be sent to safely.
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
        settings = settings or Settings()
        address = Address.of(base_url, plain_http=settings.plain_http)
        context = tls_context(address, ca_file, settings.certificate)
        self._asker = Asker(grant, purpose)
        flow = Flow(key, address, settings, tokens=tokens)
        self._runner = Runner(flow, Transport(address, context, settings.timeout))

    def __repr__(self) -> str:
        return f"Client({self._runner.flow!r}, grant={self._asker.grant!r}, purpose={self._asker.purpose!r})"

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the connections that are kept."""
        self._runner.close()

    def for_grant(self, grant: str, purpose: str) -> Client:
        """Return a client for another grant of the same system: connections, clock and tokens are shared."""
        other = copy.copy(self)
        other._asker = Asker(grant, purpose)
        return other

    # -- asking the platform ---------------------------------------------------------------------------
    def ping(self) -> Ping:
        """Return who the key stands for, its grants, and what is left of their quotas."""
        answer = self._runner.run(self._runner.flow.held(self._asker.ping()))
        return cast(Ping, answer.json())

    def services(self, *, mine: bool = False) -> list[Service]:
        """Return what is published in the key's environment; *mine* leaves out what may not be called."""
        answer = self._runner.run(self._runner.flow.held(self._asker.services(mine=mine)))
        return cast("list[Service]", answer.json()["services"])

    # -- calling a service -----------------------------------------------------------------------------
    def get(
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
        return self.call("GET", service, version, path, params=params, headers=headers, **parts)

    def post(self, service: str, version: str, path: str = "", *, json: Any = None, **parts: Any) -> Answer:
        """Send a JSON document to an operation; for *parts* see :meth:`call`."""
        return self.call("POST", service, version, path, json=json, **parts)

    def call(  # noqa: PLR0913 - a call has so many parts, each of them named
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
        return self._runner.run(self._runner.flow.held(call))

    def download(
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
        return self._runner.run(self._runner.flow.download(call, Path(file)))
