"""`./run demo`'s driver against the real product: every step over HTTP, ending with data and a report."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from broker.signing import Credentials
from lgsp.demo.calls import System
from lgsp.launch.places import ROOT
from tests.journeys.product import running


@pytest.mark.heavy
@pytest.mark.django_db(transaction=True)
@pytest.mark.clause("QC10.1", "QC10.2", "QC10.3", "QC10.4", "QC10.5", "QC14.5")
def test_the_demonstration_goes_through(tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    with running(tmp_path) as product:
        command = [sys.executable, "-m", "lgsp.demo", "--portal", product.url, "--data", str(tmp_path)]
        command += ["--sample-provider", product.provider]
        done = subprocess.run(
            command, cwd=ROOT, env=product.variables, capture_output=True, text=True, check=False, timeout=240
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr
        assert "02215  Phường Minh Xuân" in done.stdout
        assert "ĐẠT: mọi dòng đúng như khi ghi." in done.stdout
        consumers = json.loads((tmp_path / "demo.json").read_text(encoding="utf-8"))["consumers"]
        assert len({consumer["agency"] for consumer in consumers}) == 2
        for consumer in consumers:
            held = consumer["live"][0]
            system = System(
                product.url, Credentials(held["access_key"], held["secret_key"], held["grant"], held["purpose"])
            )
            call = system.signed("GET", held["operations"][0]["target"])
            assert system.send(call, status=200).json()["data"]
            system.send(call, status=401, code="nonce-reused")
            system.close()
    assert list(tmp_path.glob("bao-cao-*.docx"))
