"""The sandbox of this system: everything answers below ``/thu-nghiem`` too, with the same made-up or public data."""

from lgsp.provider.app import ProviderApp, Receive, Scope, Send

PLACE = "/thu-nghiem"


class WithSandbox:
    """Answers each address in both places."""

    def __init__(self, app: ProviderApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(f"{PLACE}/"):
            scope = {**scope, "path": scope["path"].removeprefix(PLACE)}
        await self._app(scope, receive, send)
