"""How an environment is filled: by the fast installer, and by pip where that one cannot."""

import os
from pathlib import Path

import pytest

from lgsp.launch import environment
from lgsp.launch.places import ROOT

DEAD = "http://127.0.0.1:9"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let pip know nothing but what a test says."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return monkeypatch


@pytest.fixture
def making(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what is done to an environment that lies elsewhere and is not there yet; the fast installer fails."""
    done: list[str] = []

    def make() -> None:
        done.append("made")
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / "python").touch()
        (tmp_path / "unfinished").unlink(missing_ok=True)

    monkeypatch.setattr(environment, "VENV", tmp_path)
    monkeypatch.setattr(environment, "PYTHON", tmp_path / "bin" / "python")
    monkeypatch.setattr(environment, "_make", make)

    def fail(_lock: Path) -> bool:
        done.append("fast")
        return False

    monkeypatch.setattr(environment, "_install_fast", fail)
    monkeypatch.setattr(environment, "_install", lambda _locked: done.append("pip"))
    return done


def test_the_fast_installer_asks_where_pip_asks(told: pytest.MonkeyPatch) -> None:
    assert environment._places_of_packages() == []
    told.setenv("PIP_INDEX_URL", f"{DEAD}/simple")
    told.setenv("PIP_EXTRA_INDEX_URL", f"{DEAD}/a {DEAD}/b")
    told.setenv("PIP_FIND_LINKS", "/wheels")
    told.setenv("PIP_TRUSTED_HOST", "127.0.0.1")
    told.setenv("PIP_NO_INDEX", "false")
    asked = ["--default-index", f"{DEAD}/simple", "--index", f"{DEAD}/a", "--index", f"{DEAD}/b"]
    asked += ["--find-links", "/wheels", "--allow-insecure-host", "127.0.0.1"]
    assert environment._places_of_packages() == asked


def test_what_the_environment_says_goes_before_what_a_file_says(told: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "pip.conf"
    file.write_text(f"[global]\nindex-url = {DEAD}/file\nno-index = true\n[install]\nfind-links = /a\n  /b\n")
    told.setenv("PIP_CONFIG_FILE", str(file))
    told.setenv("PIP_INDEX_URL", f"{DEAD}/said")
    asked = ["--default-index", f"{DEAD}/said", "--find-links", "/a", "--find-links", "/b", "--no-index"]
    assert environment._places_of_packages() == asked


def test_what_it_cannot_find_is_left_to_pip(told: pytest.MonkeyPatch, tmp_path: Path) -> None:
    told.setenv("PIP_NO_INDEX", "1")
    lock = tmp_path / "x.lock"
    lock.write_text(f"khong-co-goi-nay==1.0 \\\n    --hash=sha256:{'0' * 64}\n")
    assert (environment.VENV / "bin" / "uv").exists()
    assert not environment._install_fast(lock)


def test_without_the_fast_installer_pip_does_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(environment, "VENV", tmp_path)
    assert not environment._install_fast(ROOT / "requirements" / "run.lock")


def test_pip_begins_anew_where_a_fresh_environment_may_hold_halves(making: list[str]) -> None:
    environment.ensure("run")
    assert making == ["made", "fast", "made", "pip"]
    assert (environment.VENV / "run.stamp").exists()
    assert not (environment.VENV / "unfinished").exists()


def test_an_environment_in_use_is_not_emptied_when_the_fast_installer_fails(making: list[str]) -> None:
    environment.ensure("run")
    making.clear()
    environment.ensure("dev")
    assert making == ["fast", "pip"]
