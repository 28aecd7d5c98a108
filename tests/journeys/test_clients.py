"""The Python clients against the product as it runs: portal with broker, worker, example server (docs/clients.md)."""

import asyncio
import os
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from lgsp_client import (
    AsyncClient,
    Client,
    ConsumerProblem,
    HmacKey,
    NotAuthenticated,
    NotGranted,
    RetryPolicy,
    Settings,
)

from accounts.models import User
from accounts.selectors.actors import actor_for, standings_of
from catalog.models import ServiceVersion, Upstream
from connections.services.sandbox import SandboxAccess, start_trial
from tests.clients.test_client_package import EXAMPLES, run, wheel
from tests.journeys.product import Product

__all__ = ["wheel"]
pytestmark = [pytest.mark.xdist_group("filing"), pytest.mark.django_db(transaction=True)]
SERVICE = ("administrative-units", "v1")
PATIENT = Settings(deadline=60, retry=RetryPolicy(attempts=10))


@pytest.fixture
def access(product: Product, settings: Any) -> SandboxAccess:
    """What the technician opens, in a sandbox that the example server answers."""
    settings.EXAMPLE_SERVER = product.variables["LGSP_EXAMPLE_SERVER"]
    Upstream.objects.filter(environment="sandbox").update(active=False)
    technician = User.objects.get(email=product.people["ky-thuat.snnmt"]["email"])
    version = ServiceVersion.objects.get(service__code=SERVICE[0])
    actor = actor_for(technician, standings_of(technician), agency_id=None)
    return start_trial(actor=actor, version=version, name="Phần mềm một cửa (thử)")


def test_both_clients_call_the_sandbox_of_the_product(
    product: Product, access: SandboxAccess, wheel: Path, tmp_path: Path
) -> None:
    """Questions, a refusal, an operation the service does not have, tokens, a file, many at once, the README."""
    key = HmacKey(access.key.access_key, access.secret)
    named: dict[str, Any] = {"grant": access.grant.code, "purpose": access.grant.purpose.code, "settings": PATIENT}
    with Client(product.url, key, **named) as lgsp:
        _until_known(lgsp)
        plain = lgsp.get(*SERVICE, "/communes").json()
        assert "(mẫu 1)" in str(plain)
        assert [grant["grant"] for grant in lgsp.ping()["grants"]] == [access.grant.code]
    asyncio.run(_awaited(product, key, named, plain, tmp_path / "communes.json"))
    variables = {
        "LGSP_URL": product.url,
        "LGSP_ACCESS_KEY": access.key.access_key,
        "LGSP_SECRET": access.secret,
        "LGSP_GRANT": access.grant.code,
        "LGSP_PURPOSE": access.grant.purpose.code,
    }
    printed = [run(text, tmp_path, wheel, variables) for text in EXAMPLES]
    assert "Tên (mẫu 1)" in printed[0]
    assert f"{access.grant.code} {access.grant.purpose.code} in force" in printed[1]
    assert "not done unknown-operation" in printed[2]  # the sample service has no deed
    assert printed[3].count("200 ") == 3
    assert "purpose-not-granted" in printed[5]
    assert "Tên (mẫu 1)" in printed[6]


def _until_known(lgsp: Client) -> None:
    """Wait until the broker, a process of its own, has heard of a key made here."""
    until = time.monotonic() + 30
    while True:
        try:
            lgsp.ping()
        except NotAuthenticated:
            assert time.monotonic() < until, "the broker never heard of the key"
            time.sleep(0.2)
        else:
            return


async def _awaited(product: Product, key: HmacKey, named: dict[str, Any], plain: Any, file: Path) -> None:
    async with AsyncClient(product.url, key, **named) as lgsp:
        assert (await lgsp.get(*SERVICE, "/communes")).json() == plain
        many = await asyncio.gather(*[lgsp.get(*SERVICE, "/communes", params={"limit": n}) for n in range(40)])
        assert Counter(answer.status for answer in many) == {200: 40}
        assert len({answer.request_id for answer in many}) == 40
        found = await lgsp.download(*SERVICE, "/communes", file)
        assert (found.size, os.listdir(file.parent).count(file.name)) == (file.stat().st_size, 1)
        with pytest.raises(NotGranted) as refused:
            await lgsp.for_grant(named["grant"], "another").get(*SERVICE, "/communes")
        assert refused.value.code == "purpose-not-granted"
        with pytest.raises(ConsumerProblem, match="unknown-operation"):
            await lgsp.get(*SERVICE, "/nothing")
        assert [row["service"] for row in await lgsp.services(mine=True)] == [SERVICE[0]]
    async with AsyncClient(product.url, key, tokens=True, **named) as lgsp:
        assert [(await lgsp.get(*SERVICE, "/communes")).status for _ in range(3)] == [200] * 3
