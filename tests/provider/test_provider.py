"""The sample provider over real HTTP, and its independence."""

import ast
import csv
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.house.checkers.project import ROOT, imported

HOME = ROOT / "lgsp" / "provider"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The provider as a process of its own, in an environment that knows nothing of the portal."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "lgsp.provider", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env={"PATH": ""})
    url = f"http://127.0.0.1:{port}"
    try:
        for _try in range(200):
            try:
                urllib.request.urlopen(f"{url}/health", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait(10)


def ask(url: str, method: str = "GET") -> tuple[int, Any, Any]:
    try:
        answer = urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=5)
    except urllib.error.HTTPError as error:
        answer = error
    with answer:
        content = answer.read()
        return answer.status, json.loads(content) if content else None, answer.headers


def test_it_lists_all_communes_page_by_page(address: str) -> None:
    status, body, headers = ask(f"{address}/communes?limit=100")
    assert status == 200
    assert headers["Content-Type"] == "application/json; charset=utf-8"
    rest = ask(f"{address}/communes?limit=100&offset=100")[1]["data"]
    codes = [row["code"] for row in body["data"] + rest]
    assert (body["total"], len(codes), len(set(codes))) == (124, 124, 124)
    assert codes == sorted(codes)
    assert [ask(f"{address}/communes?level={level}")[1]["total"] for level in ("xa", "phuong")] == [117, 7]


def test_it_shows_one_commune_with_its_real_code(address: str) -> None:
    status, body, _headers = ask(f"{address}/communes/00715")
    assert status == 200
    assert body["data"] == {
        "code": "00715",
        "name": "Lũng Cú",
        "level": "xa",
        "level_name": "Xã",
        "full_name": "Xã Lũng Cú",
        "province_code": "08",
        "province_name": "Tuyên Quang",
        "valid_from": "2025-07-01",
    }


@pytest.mark.parametrize("words", ["dong van", "Đồng Văn", "Đo\u0302\u0300ng Va\u0306n", "ĐỒNG  VĂN", "00721"])
def test_it_finds_by_words_without_diacritics(address: str, words: str) -> None:
    body = ask(f"{address}/communes/search?q={urllib.parse.quote(words)}")[1]
    assert [row["code"] for row in body["data"]] == ["00721"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/communes/99999", 404),
        ("GET", "/communes/00715/more", 404),
        ("GET", "/", 404),
        ("GET", "/communes/../communes", 404),
        ("GET", "/communes/00715?limit=1", 400),
        ("GET", "/communes?limit=0", 400),
        ("GET", "/communes?limit=201", 400),
        ("GET", "/communes?limit=1&limit=2", 400),
        ("GET", "/communes?offset=-1", 400),
        ("GET", "/communes?offset=1e3", 400),
        ("GET", "/communes?limit=%D9%A1", 400),
        ("GET", "/communes?level=huyen", 400),
        ("GET", "/communes?colour=red", 400),
        ("GET", "/communes/search", 400),
        ("GET", "/communes/search?q=%20", 400),
        ("GET", f"/communes/search?q={'a' * 101}", 400),
        ("GET", "/communes/search?q=%ff", 400),
        ("POST", "/communes", 405),
        ("DELETE", "/communes/00715", 405),
    ],
)
def test_what_it_cannot_answer_is_told_in_json(address: str, method: str, path: str, status: int) -> None:
    found, body, headers = ask(f"{address}{path}", method)
    assert found == status
    assert set(body["error"]) == {"code", "message"}
    assert headers["Content-Type"].startswith("application/json")
    assert ask(f"{address}/health")[1] == {"status": "ok", "units": 124}


def test_a_head_request_has_no_body(address: str) -> None:
    status, body, headers = ask(f"{address}/communes/00715", "HEAD")
    assert (status, body) == (200, None)
    assert int(headers["Content-Length"]) > 100


def test_its_data_is_the_register_s_own() -> None:
    with (ROOT / "accounts" / "seeds" / "agencies.csv").open(encoding="utf-8", newline="") as file:
        register = {
            (
                row["admin_unit_code"],
                row["name"].removeprefix("Ủy ban nhân dân ").lower(),
                row["admin_unit_level"].removeprefix("commune_"),
                row["valid_from"],
            )
            for row in csv.DictReader(file)
            if row["kind"] == "commune"
        }
    with (HOME / "communes.csv").open(encoding="utf-8", newline="") as file:
        names = {"xa": "xã", "phuong": "phường"}
        own = {
            (row["code"], f"{names[row['level']]} {row['name']}".lower(), row["level"], row["valid_from"])
            for row in csv.DictReader(file)
        }
    assert len(own) == 124
    assert own == register


def test_it_imports_nothing_of_the_portal() -> None:
    found = {
        name for path in HOME.glob("*.py") for _line, name in imported(ast.parse(path.read_text(encoding="utf-8")))
    }
    foreign = {name for name in found if not name.startswith("lgsp.provider")}
    assert not {name for name in foreign if name.split(".")[0] in ("lgsp", "core", "accounts", "catalog", "django")}
    assert {name.split(".")[0] for name in foreign} - sys.stdlib_module_names == {"uvicorn"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/mau/dd-001/thua-dat/123", 200),
        ("GET", "/mau/dd-001/xa/02215/thua-dat", 200),
        ("POST", "/mau/mc-001/ho-so", 200),
        ("GET", "/mau/dd-001/health", 200),
        ("GET", "/thu-nghiem/mau/dd-001/thua-dat/123", 200),
        ("GET", "/thu-nghiem/communes/02215", 200),
        ("GET", "/thu-nghiem/health", 200),
        ("GET", "/thu-nghiem", 404),
        ("GET", "/mau/mc-001/ho-so", 405),
        ("POST", "/mau/dd-001/thua-dat/123", 405),
        ("GET", "/mau/dd-001/thua-dat/123/more", 404),
        ("GET", "/mau/dd-001/", 404),
        ("GET", "/mau/none/health", 404),
        ("GET", "/mau/", 404),
    ],
)
def test_it_answers_for_the_illustrative_services(address: str, method: str, path: str, status: int) -> None:
    found, body, headers = ask(f"{address}{path}", method)
    assert found == status
    assert ("error" in body) is (status != 200)
    if status == 405:
        assert headers["Allow"] == ("GET" if method == "POST" else "POST")


def test_made_up_records_are_the_same_each_time_and_nobodys(address: str) -> None:
    first, again = (ask(f"{address}/mau/dc-001/cong-dan/079")[1]["data"] for _turn in range(2))
    assert first == again
    assert first["so_dinh_danh"] == "000000000001"
    assert first["ho_ten"] == "Họ và tên (mẫu 1)"
    assert len(ask(f"{address}/mau/dn-002/thay-doi/2026-01-01")[1]["data"]) == 5
