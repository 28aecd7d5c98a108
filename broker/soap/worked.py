"""Work on SOAP messages as calls have it done: what the helper declines is a refusal, what it makes is held."""

from typing import TYPE_CHECKING, Any

from broker.incoming import Incoming
from broker.messages.work import Declined, Work
from broker.problems import Refusal, refusal

if TYPE_CHECKING:
    from broker.engine import Engine


async def worked(work: Work, body: bytes, incoming: Incoming, engine: "Engine") -> tuple[bytes, Any]:
    """Return what *work* makes of *body* and tells of it. Raises a refusal, ``BadMessage``."""
    try:
        made, told = await engine.workshop.transform(work, body)
    except Declined as error:
        raise refused(error) from None
    engine.hold(incoming, len(made))
    return made, told


def refused(error: Declined) -> Refusal:
    """Return the refusal that *error* asks for."""
    return refusal(error.code, **error.values).with_members(**error.members)
