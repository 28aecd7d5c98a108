"""What a grant leaves of a service: the description cut to it, and a page with snippets filled in."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from accounts.models import Agency, User
from connections.models import Grant
from tests.connections.conftest import Chain
from tests.connections.proving import take_key

SignIn = Callable[[User], Client]
pytestmark = pytest.mark.clause("QC11.3")


@pytest.fixture
def grant(chain: Chain) -> Grant:
    chain.set_up()
    found = Grant.objects.get()
    Grant.objects.update(operations=["list"], fields=["code"])
    return Grant.objects.get(pk=found.pk)


def test_the_description_is_cut_to_operations_and_fields(chain: Chain, grant: Grant, signed_in: SignIn) -> None:
    browser = signed_in(chain.users["technician"])
    address = f"/quyen-khai-thac/{grant.code}/openapi/v1.json"
    answer = browser.get(address)
    assert answer.status_code == 200
    assert "private" in answer["Cache-Control"]
    new, old = answer.json(), browser.get(f"{address}?version=3.0").json()
    OpenAPIV31SpecValidator(new).validate()
    OpenAPIV30SpecValidator(old).validate()
    operations = [item for path in new["paths"].values() for item in path.values()]
    assert [item["x-lgsp-operation"] for item in operations] == ["list"]
    assert list(new["components"]["schemas"]["ListRecord"]["properties"]) == ["code"]
    assert new["info"]["x-lgsp-grant"]["grant"] == grant.code
    whole = Client().get(f"/openapi/{chain.service.code}/v1.json").json()
    assert len(whole["paths"]) > len(new["paths"])
    assert browser.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    Grant.objects.update(fields=["code", "name"])
    assert browser.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 200


def test_snippets_carry_the_own_key_grant_and_purpose(chain: Chain, grant: Grant, signed_in: SignIn) -> None:
    browser = signed_in(chain.users["technician"])
    address = f"/quyen-khai-thac/{grant.code}/goi/v1/"
    before = browser.get(address).content.decode()
    assert "Chưa có khóa đang dùng" in before
    made = take_key(actor=chain.actors["technician"], system=chain.system, environment="sandbox")
    text = browser.get(address).content.decode()
    for said in (made.credential.access_key, grant.code, grant.purpose.code, "LGSP_SECRET"):
        assert said in text
    assert made.secret not in text
    assert f"/api/data/{chain.service.code}/v1/" in text
    page = browser.get(f"/danh-muc/{chain.service.code}/api/v1/").content.decode()
    assert address in page
    assert "Đoạn mã gọi" in Client().get(f"/danh-muc/{chain.service.code}/api/v1/").content.decode()


def test_the_provider_sees_the_cut_and_no_key(chain: Chain, grant: Grant, signed_in: SignIn, person: Any) -> None:
    made = take_key(actor=chain.actors["technician"], system=chain.system, environment="sandbox")
    provider = person("cung-cap.snv@lgsp.example", chain.provider, "provider_officer")
    page = signed_in(provider).get(f"/quyen-khai-thac/{grant.code}/goi/v1/")
    assert page.status_code == 200
    assert made.credential.access_key not in page.content.decode()
    assert "Chỉ cơ quan khai thác xem được" in page.content.decode()


@pytest.mark.clause("QC8.3")
def test_nobody_else_finds_it(
    chain: Chain, grant: Grant, signed_in: SignIn, person: Callable[..., User], agency: Callable[..., Agency]
) -> None:
    other = signed_in(person("ky-thuat.khac@lgsp.example", agency("H60.08"), "technician"))
    for address in (f"/quyen-khai-thac/{grant.code}/goi/v1/", f"/quyen-khai-thac/{grant.code}/openapi/v1.json"):
        assert other.get(address).status_code == 404
        assert Client().get(address).status_code == 302
    own = signed_in(chain.users["technician"])
    assert own.get(f"/quyen-khai-thac/{grant.code}/goi/v9/").status_code == 404


def test_a_grant_of_nothing_has_an_empty_page(chain: Chain, grant: Grant, signed_in: SignIn) -> None:
    Grant.objects.update(operations=["gone"])
    page = signed_in(chain.users["technician"]).get(f"/quyen-khai-thac/{grant.code}/goi/v1/")
    assert "không gồm thao tác nào" in page.content.decode()
