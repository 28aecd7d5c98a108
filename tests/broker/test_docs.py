"""docs/calling.md tells the truth: its scripts run as they stand, its table has every code."""

import base64
import hmac
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from broker.problems import KINDS
from core.problems import PROBLEMS
from tests.broker.arguments import Arguments
from tests.broker.live import Live
from tests.broker.outside_tools import needing
from tests.broker.provider import JSON, Provider
from tests.broker.world import World

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "calling.md").read_text(encoding="utf-8")
BASE = "/api/data/administrative-units/v1"


def block(kind: str) -> str:
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)[0]


@needing("curl", "openssl")
@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("GET", f"{BASE}/communes", ""),
        ("GET", f"{BASE}/communes?q=T%C3%A2n%20L%C6%B0u&f[a]=1", ""),
        ("POST", f"{BASE}/reports", '{"tên": "Tân Lưu"}\n'),
    ],
)
def test_the_shell_script_makes_a_call(
    method: str, target: str, body: str, broker: Live, provider: Provider, world: World, tmp_path: Path
) -> None:
    (tmp_path / "call.sh").write_text(block("sh"), encoding="utf-8")
    (tmp_path / "body.json").write_text(body, encoding="utf-8")
    credentials, given = world.credentials(), Arguments(tmp_path, "curl", "openssl", "od")
    environment = {
        "PATH": given.path,
        "ACCESS_KEY": credentials.access_key,
        "SECRET_KEY": credentials.secret,
        "GRANT": credentials.grant,
        "PURPOSE": credentials.purpose,
    }
    command = ["sh", "call.sh", method, f"http://{broker.authority}", target, *(["body.json"] if body else [])]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False, timeout=30)
    assert done.returncode == 0, done.stderr
    head, _, found = done.stdout.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), done.stdout
    assert found == JSON
    assert provider.received[0].endswith(b"\r\n\r\n" + body.encode())
    assert credentials.access_key in given.seen()
    assert credentials.secret not in given.seen()


@needing("openssl")
def test_the_proof_of_a_key_is_signed_by_the_same_function(tmp_path: Path) -> None:
    """For secrets of any length up to a block, and with any sign in them."""
    [function] = re.findall(r"^xored\(\) .*?^}\nhmac\(\) .*?^}\n", block("sh"), re.DOTALL | re.MULTILINE)
    proof = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)[1].splitlines()[0]
    for secret in ("sk_test_66%\\\"'6", "s", "6" * 64):
        given = {"PATH": os.environ["PATH"], "SECRET_KEY": secret, "LINE": "lgsp-key-proof-1 %s \\n"}
        done = subprocess.run(["sh", "-c", function + proof], env=given, capture_output=True, check=True, timeout=10)
        expected = hmac.digest(secret.encode(), given["LINE"].encode(), "sha256")
        assert done.stdout == base64.b64encode(expected), secret


def test_the_python_snippet_makes_a_call(broker: Live, provider: Provider, world: World, tmp_path: Path) -> None:
    shutil.copy(ROOT / "broker" / "signing.py", tmp_path / "signing.py")
    credentials = world.credentials()
    given = {
        "ACCESS_KEY": credentials.access_key,
        "SECRET_KEY": credentials.secret,
        "GRANT": credentials.grant,
        "PURPOSE": credentials.purpose,
        "HOST": broker.authority,
        "TARGET": f"{BASE}/communes?limit=2",
    }
    lines = "".join(f"{name} = {value!r}\n" for name, value in given.items())
    (tmp_path / "snippet.py").write_text(lines + block("python"), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-S", "-E", "snippet.py"], cwd=tmp_path, capture_output=True, check=False, timeout=30
    )
    assert done.stdout.strip() == JSON, done.stderr


def test_the_table_has_every_code_as_it_is() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (\d{3}) \| (\w+) \| (.+) \|$", PAGE, re.MULTILINE)
    assert {code: (int(status), side, text) for code, status, side, text in rows} == {
        kind.code: (kind.problem.status, str(kind.side), kind.cause_en) for kind in KINDS.values()
    }


@pytest.mark.parametrize("code", KINDS)
def test_every_code_has_its_page_and_both_languages(code: str, client: object) -> None:
    kind = KINDS[code]
    known = PROBLEMS[code]
    assert (known.title, known.cause, known.remedy) == (kind.problem.title, kind.problem.cause, kind.problem.remedy)
    assert (known.title_en, known.cause_en) == (kind.title_en, kind.cause_en) or not kind.ours
    answer = client.get(f"/loi/{code}/")  # type: ignore[attr-defined]
    assert answer.status_code == 200
    for text in (kind.problem.title, kind.problem.cause, kind.problem.remedy):
        assert str(text) in answer.content.decode()
    assert kind.title_en
    assert bool(kind.detail) == bool(kind.detail_en)
