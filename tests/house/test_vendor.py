"""The browser files we did not write are the ones we said, and nothing else lies beside them."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
MANIFEST = json.loads((STATIC / "vendor" / "manifest.json").read_text())
SYMBOLS = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "icons" / "sprite.svg").read_text()))


@pytest.mark.parametrize("path", sorted(MANIFEST["sha256"]))
def test_file_is_the_one_we_copied(path: str) -> None:
    assert hashlib.sha256((STATIC / path).read_bytes()).hexdigest() == MANIFEST["sha256"][path]


def test_nothing_else_lies_on_the_shelf() -> None:
    found = {str(path.relative_to(STATIC)) for path in (STATIC / "vendor").rglob("*") if path.is_file()}
    assert found - {"vendor/manifest.json"} == {path for path in MANIFEST["sha256"] if path.startswith("vendor/")}


def test_versions_agree_with_the_package_and_its_lock() -> None:
    package = json.loads((ROOT / "vendor" / "package.json").read_text())
    lock = json.loads((ROOT / "vendor" / "package-lock.json").read_text())
    assert MANIFEST["versions"] == package["devDependencies"]
    for name, version in package["devDependencies"].items():
        assert lock["packages"][f"node_modules/{name}"]["version"] == version


def test_lock_carries_hashes_and_no_address() -> None:
    text = (ROOT / "vendor" / "package-lock.json").read_text()
    assert "://" not in text
    packages = [entry for name, entry in json.loads(text)["packages"].items() if name]
    assert packages
    assert all(entry["integrity"].startswith("sha512-") for entry in packages)


def test_stylesheets_fetch_nothing_from_elsewhere() -> None:
    for sheet in STATIC.rglob("*.css"):
        targets = re.findall(r"url\(\s*[\"']?([^\"')]+)", sheet.read_text())
        assert all(target.startswith("data:") for target in targets), sheet
        assert "@import" not in sheet.read_text()
        assert "sourceMappingURL" not in sheet.read_text()


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    used = {
        name
        for template in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r'{% icon "([^"]+)"', template.read_text())
    }
    assert used
    assert used <= SYMBOLS


def test_every_icon_a_pattern_chooses_is_in_the_sprite() -> None:
    from core.templatetags import patterns

    chosen = set(patterns._TAG_ICONS.values())
    chosen |= {symbol for _kind, symbol in patterns._NOTICES.values()}
    chosen |= {symbol for _label, _kind, symbol in patterns._TASK_STATES.values()}
    assert chosen <= SYMBOLS
