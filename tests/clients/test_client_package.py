"""The package as others get it: its wheel, its types, its README."""

import ast
import inspect
import os
import re
import subprocess
import sys
import sysconfig
import textwrap
import tomllib
import zipfile
from pathlib import Path

import lgsp_client
import pytest

from tests.broker.live import Live
from tests.broker.provider import JSON, Provider
from tests.broker.world import World

pytestmark = pytest.mark.django_db
PACKAGE = Path(__file__).resolve().parents[2] / "clients" / "python"
SOURCES = sorted((PACKAGE / "src" / "lgsp_client").glob("*.py"))
README = (PACKAGE / "README.md").read_text(encoding="utf-8")
EXAMPLES = [
    textwrap.dedent(text) for text in re.findall(r"^ *```python\n(.*?)^ *```", README, re.DOTALL | re.MULTILINE)
]
UV = Path(sys.executable).with_name("uv")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [str(UV), "build", "--wheel", "--offline", "--no-config", "--out-dir", str(folder), str(PACKAGE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    [found] = folder.glob("*.whl")
    return found


def test_the_wheel_holds_the_package_its_licence_and_nothing_else(wheel: Path) -> None:
    assert wheel.name == f"lgsp_client-{lgsp_client.__version__}-py3-none-any.whl"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        metadata = archive.read(f"lgsp_client-{lgsp_client.__version__}.dist-info/METADATA").decode()
    inside = {name for name in names if not name.endswith("/") and ".dist-info/" not in name}
    assert inside == {f"lgsp_client/{path.name}" for path in SOURCES} | {"lgsp_client/py.typed"}
    assert any(name.endswith("licenses/LICENSE") for name in names)
    required = re.findall("^Requires-Dist: (.*)$", metadata, re.MULTILINE)
    assert all("extra ==" in line for line in required), required
    assert "License-Expression: Apache-2.0" in metadata


def test_the_version_is_one() -> None:
    project = tomllib.loads((PACKAGE / "pyproject.toml").read_text())["project"]
    assert project["version"] == lgsp_client.__version__ in README


def test_it_needs_the_standard_library_alone() -> None:
    """Nothing of this project, nothing installed: each optional extra is imported where it is used."""
    found = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(), feature_version=(3, 9))):
            names = [item.name for item in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {name.split(".")[0] for name in names}
    assert found - set(sys.stdlib_module_names) == {"lgsp_client", "cryptography", "httpcore"}


def test_without_its_extra_the_other_client_says_what_to_install(wheel: Path) -> None:
    program = f"""import sys; sys.path.insert(0, {str(wheel)!r})
from lgsp_client import AsyncClient, HmacKey
AsyncClient("https://lgsp.example", HmacKey("ak_test_1", "sk_test_1"))"""
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-c", program], capture_output=True, text=True, check=False, timeout=30
    )
    assert done.stderr.endswith("ImportError: AsyncClient needs: pip install 'lgsp-client[async]'\n")


def test_both_clients_have_the_same_shape() -> None:
    """Whoever knows one knows the other: names, parts and what is said of them."""
    of_one, of_other = (
        {name: found for name, found in vars(kind).items() if not name.startswith("_")}
        for kind in (lgsp_client.Client, lgsp_client.AsyncClient)
    )
    assert list(of_one) == list(of_other)
    for name, found in of_one.items():
        mine, others = inspect.signature(found), inspect.signature(of_other[name])
        assert mine.parameters == others.parameters, name
        assert inspect.getdoc(found) == inspect.getdoc(of_other[name])
    assert inspect.signature(lgsp_client.Client) == inspect.signature(lgsp_client.AsyncClient)


def test_it_is_typed_without_a_gap(tmp_path: Path) -> None:
    """As whoever builds on it checks it: strictly, and by none of this project's own settings."""
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path}"]
    done = subprocess.run(
        [*command, *map(str, SOURCES)], capture_output=True, text=True, check=False, timeout=300, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout + done.stderr


def run(text: str, folder: Path, path: Path, variables: dict[str, str]) -> str:
    """Run an example where nothing but the wheel is installed, and the extra where it asks for it."""
    places = [str(path), *([sysconfig.get_path("purelib")] if "AsyncClient" in text else [])]
    program = f"import sys; sys.path[:0] = {places!r}\n{text}"
    done = subprocess.run(
        [sys.executable, "-S", "-E", "-W", "error", "-c", program],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "'code': '00001'"),
        (1, "HT-1 sandbox clock: "),
        (2, "done"),
        (3, "200 "),
        (4, str(len(JSON))),
        (5, "purpose-not-granted "),
        (6, "'code': '00001'"),
    ],
)
def test_every_example_of_the_readme_does_what_it_says(
    number: int, shown: str, wheel: Path, broker: Live, provider: Provider, world: World, tmp_path: Path
) -> None:
    assert len(EXAMPLES) == 7
    credentials = world.credentials()
    variables = {
        "LGSP_URL": f"http://{broker.authority}",
        "LGSP_ACCESS_KEY": credentials.access_key,
        "LGSP_SECRET": credentials.secret,
        "LGSP_GRANT": credentials.grant,
        "LGSP_PURPOSE": credentials.purpose,
    }
    assert shown in run(EXAMPLES[number], tmp_path, wheel, variables)
