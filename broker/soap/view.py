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

    async def carried(self, request: Any, incoming: Incoming) -> Answer:
        """Carry the call the message stands for; its operation is known once the message was read."""
        self.perform_authentication(request)
        _require_post(incoming)
        await understand(incoming, self.engine)
        self.check_permissions(request)
        self.check_throttles(request)
        return await spoken(await carry(incoming, self.engine), incoming, self.engine)


def _require_post(incoming: Incoming) -> None:
    if incoming.method != "POST":
        raise refusal("method-not-allowed").with_header("Allow", "POST")
