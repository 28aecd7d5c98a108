"""The brokered services as a DRF view: DRF's own hooks in their order, awaited, without the costs of a page.

Django's handler is not in the way: ``broker.app`` calls the view directly. A call does no thread hop and asks the
database nothing but admission and outcome. The request knows nothing of the view and nothing refers to itself, so a
finished call is freed at once and the garbage collector finds nothing.
"""

from collections.abc import Awaitable
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.views import APIView

from audit.admission import LogUnavailable
from broker.admitting import burn
from broker.answers import Answer, json_answer, problem
from broker.authenticating import SignedRequest
from broker.authorising import Granted
from broker.carrying import carry
from broker.engine import Engine
from broker.incoming import Incoming
from broker.limits import CallRate, CallsAtOnce
from broker.meta import ping, services, unknown_question
from broker.problems import refusal
from broker.tokens.bearer import BearerToken

SIGNED = SignedRequest()


class BrokerRequest(Request):
    """DRF's request without its parser context, which would refer to itself; content stays bytes."""

    def __init__(self, incoming: Incoming, authenticators: list[Any]) -> None:
        self._request = incoming
        self.authenticators = authenticators


class Brokered(APIView):
    """What the views of the broker do: a proven caller in, problems or answers out, every call in the log."""

    permission_classes: Any = ()
    throttle_classes: Any = (CallsAtOnce,)
    permissions: ClassVar[list[Any]] = []
    throttles: ClassVar[list[Any]] = []
    engine: Engine

    def __init_subclass__(cls) -> None:
        """Make what the classes of a view are asked for: none of it remembers a call."""
        cls.permissions = [item() for item in cls.permission_classes]
        cls.throttles = [item() for item in cls.throttle_classes]

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    async def answer(self, incoming: Incoming) -> Answer:
        """Run the hooks and return the answer, recorded."""
        request = self.initialize_request(incoming)
        self.request, self.args, self.kwargs, self.headers = request, (), {}, {}
        try:
            answer = await self.carried(request, incoming)
            if len(answer.body) >= self.engine.coder.least:
                answer = await self.engine.coder.squeezed(answer, incoming)
        except Exception as error:
            answer = self.handle_exception(error)  # type: ignore[assignment]  # ``problem`` makes one of ours
        return await self.engine.record(incoming, self.finalize_response(request, answer))

    async def carried(self, request: Any, incoming: Incoming) -> Answer:
        """Judge the call and have the method of its name carry it. Raises a refusal."""
        self.initial(request)
        answer: Answer = await self.handler_of(str(incoming.method))(request)
        return answer

    def check_permissions(self, request: Any) -> None:
        """Ask the permissions in turn, as DRF does; each of ours raises why not."""
        for permission in self.permissions:
            permission.has_permission(request, self)

    def check_throttles(self, request: Any) -> None:
        """Ask the limits in turn, as DRF does; each of ours raises why not, and when to come again."""
        for throttle in self.throttles:
            throttle.allow_request(request, self)

    def handler_of(self, method: str) -> Any:
        """Return the method of the view for an HTTP method, as DRF's dispatch does."""
        name = method.lower()
        known = name in self.http_method_names
        return getattr(self, name, self.http_method_not_allowed) if known else self.http_method_not_allowed

    def http_method_not_allowed(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """Refuse a method this view does not have."""
        raise refusal("method-not-allowed").with_header("Allow", "GET")

    def get_authenticators(self) -> list[Any]:
        """A token where one is sent, else a signature; there is no third way."""
        return [BearerToken(self.engine.signer), SIGNED]

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Run DRF's hooks in DRF's order; content negotiation and versions are not ours to judge."""
        self.perform_authentication(request)
        self.check_permissions(request)
        self.check_throttles(request)

    def perform_authentication(self, request: Any) -> None:
        """Ask the authenticators in turn, as DRF does, at once: nothing here reads the caller lazily."""
        for authenticator in request.authenticators:
            found = authenticator.authenticate(request)
            if found is not None:
                request._authenticator = authenticator
                request._user, request._auth = found
                return

    def get_renderers(self) -> list[Any]:
        """Render nothing."""
        return []

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> BrokerRequest:
        """Wrap the request for the hooks."""
        return BrokerRequest(request, self.get_authenticators())

    def get_exception_handler(self) -> Any:
        """Answer errors as the broker does."""
        return problem

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Leave the answer as it is; ``app`` adds what every answer carries."""
        return response


class BrokerView(Brokered):
    """``/api/data/{service}/{version}/…``: any operation of the catalogue under a grant."""

    permission_classes = (Granted,)
    throttle_classes = (CallsAtOnce, CallRate)

    def carry(self, request: Request) -> Awaitable[Answer]:
        """Carry the call."""
        incoming: Incoming = request._request  # type: ignore[assignment]
        return carry(incoming, self.engine)

    get = post = put = patch = delete = head = carry
    options: Any = carry


class MetaView(Brokered):
    """``/api/data/-/ping`` and ``/api/data/-/services``: who am I, what may I call, what exists."""

    pages = {b"/api/data/-/ping": ping, b"/api/data/-/services": services}

    async def get(self, request: Request) -> Answer:
        """Answer a question about the platform itself."""
        incoming: Incoming = request._request  # type: ignore[assignment]
        page = self.pages.get(incoming.raw_path)
        if page is None:
            raise unknown_question(self.pages)
        await burn(incoming, self.engine)
        try:
            return json_answer(await page(incoming, self.engine))
        except LogUnavailable:
            raise refusal("log-unavailable").with_header("Retry-After", 5) from None
