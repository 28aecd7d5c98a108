"""``POST /api/oauth/token``: a grant's token for a system that proved itself (RFC 6749 §4.4)."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from broker.admitting import burn
from broker.answers import Answer, json_answer
from broker.authorising import check_network, grant_in_force
from broker.incoming import Incoming
from broker.problems import refusal
from broker.tokens.clients import ClientAuthentication
from broker.tokens.issuing import issue
from broker.tokens.signer import Signer
from broker.view import Brokered
from catalog.projection import OperationRow

# How the call log names a token request.
OPERATION = OperationRow(0, "oauth-token", "POST", "", "", ())


class Issuable(BasePermission):
    """The client asks for what it may have: a grant of its own, in force, for its purpose, from an allowed network."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Find the grant. Raises a refusal."""
        incoming: Incoming = request._request  # type: ignore[assignment]
        assert incoming.snapshot is not None and incoming.principal is not None  # noqa: S101, PT018
        _check_form(incoming.form, view.engine.signer)  # type: ignore[attr-defined]
        incoming.grant_code, incoming.purpose_code = incoming.form["grant"], incoming.form["purpose"]
        key = incoming.principal.key
        check_network(incoming, key, grant_in_force(incoming, incoming.snapshot, key, None))
        return True


def _check_form(form: dict[str, str], signer: Signer) -> None:
    kind = form.get("grant_type")
    if kind is None:
        raise refusal("parameter-invalid", where="grant_type")
    if kind != "client_credentials":
        raise refusal("grant-type-not-supported")
    if "scope" in form:
        raise refusal("scope-not-supported")
    if form.get("resource", signer.audience).rstrip("/") != signer.audience:
        raise refusal("resource-not-served")
    for name in ("grant", "purpose"):
        if name not in form:
            raise refusal("parameter-invalid", where=name)


class TokenView(Brokered):
    """The token endpoint."""

    permission_classes = (Issuable,)

    def get_authenticators(self) -> list[Any]:
        """Clients prove themselves in other ways than callers."""
        return [ClientAuthentication(self.engine.signer)]

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Refuse another method before anything else, then as every view."""
        incoming: Incoming = request._request
        incoming.operation = OPERATION
        if incoming.method != "POST":
            raise refusal("method-not-allowed").with_header("Allow", "POST")
        super().initial(request, *args, **kwargs)

    async def post(self, request: Request) -> Answer:
        """Use up the proof, then issue."""
        incoming: Incoming = request._request  # type: ignore[assignment]
        assert incoming.principal is not None and incoming.grant is not None  # noqa: S101, PT018
        await burn(incoming, self.engine)
        issued = issue(self.engine.signer, incoming.principal.key, incoming.grant, incoming.received_at)
        answer = json_answer(issued.answer())
        answer.headers.append((b"pragma", b"no-cache"))
        return answer
