"""``POST /api/data/-/soap/{service}/{version}``: the operations of a service for callers who speak SOAP."""

from typing import Any

from broker.answers import Answer
from broker.authorising import Granted
from broker.carrying import carry
from broker.incoming import Incoming
from broker.limits import CallRate, CallsAtOnce
from broker.problems import refusal
from broker.soap.answering import spoken
from broker.soap.facade import understand
from broker.view import Brokered


class SoapView(Brokered):
    """The message becomes the REST call it stands for; from there on all is as for any call, the log included."""

    permission_classes: Any = (Granted,)
    throttle_classes: Any = (CallsAtOnce, CallRate)

    async def answer(self, incoming: Incoming) -> Answer:
        """Run the hooks and return the answer, recorded."""
        request = self.initialize_request(incoming)
        self.request, self.args, self.kwargs, self.headers = request, (), {}, {}
        try:
            self.perform_authentication(request)
            _require_post(incoming)
            await understand(incoming)
            self.check_permissions(request)
            self.check_throttles(request)
            answer = await spoken(await carry(incoming, self.engine), incoming)
        except Exception as error:
            answer = self.finalize_response(request, self.handle_exception(error))
        return await self.engine.record(incoming, answer)


def _require_post(incoming: Incoming) -> None:
    if incoming.method != "POST":
        raise refusal("method-not-allowed").with_header("Allow", "POST")
