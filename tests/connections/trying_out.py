"""A service whose sandbox is apart from its live address, and what trying it needs."""

from django.core.management import call_command

from catalog.models import ServiceVersion, Upstream
from connections.services.sandbox import SandboxAccess, make_sandbox_access
from tests.connections.conftest import Chain
from tests.connections.steps import step


@step
def apart(chain: Chain, sandbox: str = "http://127.0.0.1:10") -> ServiceVersion:
    """Give the chain's service a sandbox address of its own ("" for none), and the platform the purpose of trials."""
    call_command("load_purposes", verbosity=0)
    version = chain.service.versions.get()
    place = Upstream.objects.get(version=version, environment="sandbox")
    place.base_url, place.active = sandbox or place.base_url, bool(sandbox)
    place.save()
    return version


def opened(chain: Chain, version: ServiceVersion | None = None) -> SandboxAccess:
    """Open access as the technician."""
    return make_sandbox_access(
        actor=chain.actors["technician"], system=chain.system, version=version or chain.service.versions.get()
    )
