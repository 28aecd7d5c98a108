"""A client nobody here wrote: generated from the 3.0.3 description, it calls the product with a token."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from catalog.models import Upstream
from tests.broker.provider import Provider
from tests.broker.test_mounted import Served, chain, granted, served
from tests.broker.test_tokens_mounted import until
from tests.broker.tokens import ask, basic, wanted

__all__ = ["chain", "granted", "served"]
pytestmark = pytest.mark.django_db(transaction=True)
# Beside this interpreter, where the lock of the tests puts it; else wherever it is installed. Never left out.
_BESIDE = Path(sys.executable).with_name("openapi-python-client")
TOOL = str(_BESIDE) if _BESIDE.exists() else shutil.which("openapi-python-client")
SCRIPT = """
import importlib, json, sys
from generated import AuthenticatedClient
host, token, module, named = sys.argv[1:5]
call = importlib.import_module(f"generated.api.default.{module}").sync_detailed
answers = []
for secret in (token, "not-a-token"):
    with AuthenticatedClient(base_url=host, token=secret) as client:
        answer = call(client=client, **json.loads(named))
        found = answer.parsed
        parsed = [item.to_dict() for item in found] if isinstance(found, list) else found.to_dict()
        told = [answer.status_code.value, type(found).__name__, parsed]
        answers.append([*told, answer.headers.get("x-request-id", "")])
print(json.dumps(answers, ensure_ascii=False))
"""


def called(granted: Any, served: Served, folder: Path, **named: str) -> tuple[list[list[Any]], dict[str, Any]]:
    """Generate a client from the description as it is served, call with it: answers with a token and without."""
    assert TOOL is not None, "openapi-python-client of requirements/dev.lock is not installed"
    chain, credentials, _made = granted
    description = served.send(f"/openapi/{chain.service.code}/v1.json?version=3.0")
    assert description.status == 200
    operation = next(
        item["operationId"]
        for path, methods in description.json["paths"].items()
        for item in methods.values()
        if "{" not in path
    )
    document = {
        **description.json,
        "servers": [{"url": f"http://{served.authority}/api/data/{chain.service.code}/v1"}],
    }
    (folder / "mo-ta.json").write_text(json.dumps(document), encoding="utf-8")
    (folder / "how.yaml").write_text("post_hooks: []\n", encoding="utf-8")
    command = [TOOL, "generate", "--path", "mo-ta.json", "--config", "how.yaml", "--meta", "none"]
    done = subprocess.run(
        [*command, "--output-path", "generated", "--fail-on-warning"], cwd=folder, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stdout.decode() + done.stderr.decode()

    header = basic(credentials.access_key, credentials.secret)
    answer = until(lambda: ask(served, wanted(credentials.grant, credentials.purpose), header), 200)
    token = answer.json["access_token"]
    (folder / "call.py").write_text(SCRIPT, encoding="utf-8")
    [module] = [path.stem for path in (folder / "generated" / "api" / "default").glob(f"{operation}*.py")]
    python = Path(TOOL).with_name("python")
    ran = subprocess.run(
        [str(python), "call.py", document["servers"][0]["url"], token, module, json.dumps(named)],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    return json.loads(ran.stdout), document


@pytest.mark.clause("QC14.6", "QC6.4")
def test_a_generated_client_calls_with_a_token_and_reads_refusals(
    granted: Any, served: Served, provider: Provider, tmp_path: Path
) -> None:
    (good, refused), _document = called(granted, served, tmp_path)
    assert good[:3] == [200, "list", [{"code": "00001", "name": "Tân Lưu"}]]
    assert (refused[0], refused[1], refused[2]["code"]) == (401, "Problem", "token-invalid")
    assert refused[2]["request_id"] == refused[3]
    assert len(provider.received) == 1


@pytest.fixture
def demanding(granted: Any) -> None:
    """The source system wants to hear of each call, before the product starts."""
    Upstream.objects.update(procedure_header="MaDVC", officer_header="MaCanBo")


@pytest.mark.clause("QC6.3", "QC14.6")
def test_a_generated_client_sends_what_the_source_system_demands(
    granted: Any, demanding: None, served: Served, provider: Provider, tmp_path: Path
) -> None:
    """The headers are arguments nobody can leave out, for the description says that they are required."""
    named = {"x_lgsp_procedure": "1.004946", "x_lgsp_officer": "cb01"}
    (good, _refused), document = called(granted, served, tmp_path, **named)
    assert good[:2] == [200, "list"]
    heard = provider.received[0].lower()
    assert b"madvc: 1.004946" in heard
    assert b"macanbo: cb01" in heard
    required = [
        item["name"]
        for methods in document["paths"].values()
        for operation in methods.values()
        for item in operation["parameters"]
        if item["in"] == "header" and item["required"]
    ]
    assert {"X-LGSP-Procedure", "X-LGSP-Officer"} == set(required)
