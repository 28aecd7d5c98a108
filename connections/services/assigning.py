"""Who evaluates a dossier: a name on it and the right on exactly that one (decisions, 26)."""

from accounts.models import User
from connections.models import ConnectionRequest
from core import rights

EVALUATE_REQUEST = "connections.evaluate_request"


def assign_request(*, request: ConnectionRequest, evaluator: User) -> None:
    """Make *evaluator* the one who judges *request*; whoever did before may no more. The caller locked it and saves.

    The role "Cán bộ thẩm định" is asked for besides: one right alone opens nothing.
    """
    if request.evaluator is not None and request.evaluator != evaluator:
        rights.take(EVALUATE_REQUEST, user=request.evaluator, thing=request)
    request.evaluator = evaluator
    rights.give(EVALUATE_REQUEST, user=evaluator, thing=request)


def may_evaluate(*, request: ConnectionRequest, user_id: int | None) -> bool:
    """Return whether this person judges exactly this dossier."""
    mine = user_id is not None and request.evaluator_id == user_id
    return mine and rights.holds(EVALUATE_REQUEST, user=User(pk=user_id), thing=request)
