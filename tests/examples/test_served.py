"""The example server as a process of its own, beside the broker, the whole way of a call (decisions, 14)."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from broker.assembly import upstream_rules
from catalog.models import Operation, ServiceVersion
from catalog.projection import load_services
from catalog.services.versions import withdraw_version
from core.addresses import AddressRefused, AddressRules
from core.http import address_rules
from lgsp.launch.services import free_port
from tests.connections.conftest import Chain, chain
from tests.connections.trying_out import apart
from tests.house.checkers.project import ROOT

__all__ = ["chain"]


def ask(url: str, method: str = "GET", body: bytes | None = None) -> tuple[int, Any, Any]:
    try:
        answer = urllib.request.urlopen(urllib.request.Request(url, method=method, data=body), timeout=10)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        content = answer.read()
        return answer.status, json.loads(content) if content else None, answer.headers


@pytest.fixture
def examples(transactional_db: None) -> Iterator[str]:
    """The server on the test's own database."""
    named = connection.get_connection_params()
    address = f"postgresql://{named['user']}:{named['password']}@{named['host']}:{named['port']}/{named['dbname']}"
    port = free_port()
    variables = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "lgsp.settings.test"}
    process = subprocess.Popen([sys.executable, "-m", "lgsp.examples", "--port", str(port)], cwd=ROOT, env=variables)
    url = f"http://127.0.0.1:{port}"
    try:
        for _try in range(300):
            try:
                assert ask(f"{url}/-/health")[0] == 200
                break
            except OSError:
                assert process.poll() is None
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def test_it_answers_for_published_versions_only(chain: Chain, examples: str) -> None:
    version = apart(chain, "")
    status, body, headers = ask(f"{examples}/administrative-units/v1/communes/02215")
    assert (status, body["code"], body["name"]) == (200, "02215", "name (mẫu 1)")
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    assert (
        ask(f"{examples}/administrative-units/v1/communes")[1]
        == ask(f"{examples}/administrative-units/v1/communes")[1]
    )
    assert ask(f"{examples}/administrative-units/v1/other")[0] == 404
    assert ask(f"{examples}/administrative-units/v2/communes")[0] == 404
    assert ask(f"{examples}/none/v1/communes")[0] == 404
    assert ask(f"{examples}/")[0] == 404
    status, _body, headers = ask(f"{examples}/administrative-units/v1/communes", "POST", b"{}")
    assert (status, headers["Allow"]) == (405, "GET")
    withdraw_version(actor=chain.actors["operator"], version=version, reason="Ngừng")
    until = time.monotonic() + 20
    while (gone := ask(f"{examples}/administrative-units/v1/communes")[0]) == 200 and time.monotonic() < until:
        time.sleep(0.3)
    assert gone == 404


def test_the_broker_is_told_of_it_in_the_sandbox_only(chain: Chain, settings: Any) -> None:
    apart(chain, "")
    settings.EXAMPLE_SERVER = ""
    assert {row.environment for row in load_services()} == {"live"}
    settings.EXAMPLE_SERVER = "http://127.0.0.1:9100"
    rows = {row.environment: row for row in load_services()}
    upstream = rows["sandbox"].upstreams[0]
    assert upstream.base_url == "http://127.0.0.1:9100/administrative-units/v1"
    assert (upstream.upstream_id < 0, upstream.asserted, upstream.tls) == (True, False, None)
    assert not [item for item in rows["live"].upstreams if "9100" in item.base_url]
    # Whatever the source system speaks, the example server answers JSON over REST.
    Operation.objects.update(
        soap_version="1.1", soap_path="/soap", soap_namespace="urn:x", soap_request="Ask", soap_response="Answer"
    )
    ServiceVersion.objects.update(message_form="xml")
    rows = {row.environment: row for row in load_services()}
    assert {(place, row.form, row.operations[0].soap is None) for place, row in rows.items()} == {
        ("live", "xml", False),
        ("sandbox", "json", True),
    }
    apart(chain, "http://127.0.0.1:10")
    assert [item.base_url for row in load_services() if row.environment == "sandbox" for item in row.upstreams] == [
        "http://127.0.0.1:10"
    ]


def test_loopback_stays_closed_but_for_the_example_server(settings: Any) -> None:
    settings.LOOPBACK_UPSTREAMS, settings.EXAMPLE_SERVER = False, "http://127.0.0.1:9100"
    rules = upstream_rules()
    assert rules.check_url("http://127.0.0.1:9100/a/v1").port == 9100
    for url in ("http://127.0.0.1:9101", "http://127.0.0.2:9100", "http://localhost:9100", "http://[::1]:9100"):
        with pytest.raises(AddressRefused):
            rules.check_url(url)
    with pytest.raises(AddressRefused):
        rules.check_resolved(["127.0.0.1"], 9101)
    for loopback in (False, True):
        settings.LOOPBACK_UPSTREAMS = loopback
        with pytest.raises(AddressRefused):
            address_rules().check_url("http://127.0.0.1:9100/a/v1")
    settings.EXAMPLE_SERVER = ""
    assert upstream_rules().examples == AddressRules().examples
