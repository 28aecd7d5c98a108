"""Every rule of the house is broken once, on purpose, in a copy: a rule that cannot find its fault is no rule."""

import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.house.checkers import imports, pages, places, sizes, tracked
from tests.house.checkers.project import PACKAGES, ROOT

Rule = Callable[..., list[str]]


def planted(folder: Path, name: str, text: str) -> Path:
    """Write one file below *folder* and return the folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return folder


UPWARD = [
    ("core/text.py", "import accounts.roles", "core.text -> accounts.roles"),
    ("audit/record.py", "from lgsp.env import env", "audit.record -> lgsp.env"),
    (
        "accounts/selectors/people.py",
        "import accounts.services.profiles",
        "accounts.selectors.people -> accounts.services.profiles",
    ),
]


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What the contract says of a copy of the nine packages that breaks it upwards in three places."""
    folder = tmp_path_factory.mktemp("house")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "seeds"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name, line, _found in UPWARD:
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    return imports.contract(folder)


@pytest.mark.xdist_group("sources")
@pytest.mark.parametrize(("name", "line", "found"), UPWARD)
def test_an_upward_import_breaks_the_contract(findings: list[str], name: str, line: str, found: str) -> None:
    assert any(found in finding for finding in findings), findings


PYTHON: list[tuple[Rule, str, str, str]] = [
    (imports.pure, "core/text.py", "from django.conf import settings", "imports django.conf.settings"),
    (imports.pure, "core/crypto.py", "from core.problems import DomainError", "imports core.problems"),
    (imports.doors, "accounts/web/pages.py", "from guardian.shortcuts import assign_perm", "only core/rights.py"),
    (imports.doors, "reports/queries.py", "import httpx", "only core/http.py"),
    (imports.doors, "lgsp/settings/api.py", "import environ", "only lgsp/env.py"),
    (
        imports.clocks,
        "accounts/x.py",
        "from django.utils import timezone\nkept = timezone.now",
        "django.utils.timezone",
    ),
    (imports.clocks, "accounts/x.py", "from datetime import date as day\nday.today()", "datetime.date.today"),
    (imports.clocks, "accounts/x.py", "from time import time\ntime()", "time.time"),
    (imports.environment, "core/x.py", "import os\nos.getenv('X')", "os.getenv"),
    (imports.environment, "core/x.py", "from os import environ\nenviron['X']", "os.environ"),
    (imports.signals, "accounts/x.py", "from django.db.models.signals import post_save", "uses post_save"),
    (imports.local_imports, "accounts/x.py", "def late():\n    import json", "imports json inside a function"),
    (imports.untracked_writes, "accounts/x.py", "Agency.objects.filter(pk=1).update(name='x')", ".update()"),
    (imports.untracked_writes, "accounts/x.py", "Agency.objects.bulk_create([])", ".bulk_create()"),
    (sizes.check, "accounts/x.py", "a = 1\n" * 401, "401 lines, at most 400"),
    (sizes.check, "lgsp/settings/x.py", "a = 1\n" * 121, "121 lines, at most 120"),
    (sizes.check, "accounts/x.py", "class A:\n" + "    a = 1\n" * 200, "A has 201 lines"),
    (sizes.check, "accounts/x.py", "def f():\n" + "    a = 1\n" * 40, "f has 41 lines"),
    (sizes.check, "accounts/utils.py", "", "not «utils»"),
    (sizes.check, "templates/x.html", "<p>\n" * 151, "151 lines, at most 150"),
    (pages.of_python, "accounts/x.py", "name = _('Save agency')", "not Vietnamese: Save, agency"),
    (pages.of_python, "accounts/x.py", "f = Field(label=_('Tên'), help_text='Type here')", "Type, here"),
    (pages.of_python, "accounts/x.py", "ngettext('%(n)s vai trò', '%(n)s roles', 2)", "not Vietnamese: roles"),
    (pages.of_templates, "templates/x.html", "<p>Xin chào\n<b>Welcome</b></p>", "x.html:2: not Vietnamese: Welcome"),
    (pages.of_templates, "templates/x.html", '<a title="Close" href="/">Đóng</a>', "not Vietnamese: Close"),
    (pages.of_templates, "templates/x.html", '{% translate "Log out" %}', "not Vietnamese: Log, out"),
    (pages.of_templates, "templates/x.html", '{% notice text=_("Saved") %}', "not Vietnamese: Saved"),
    (pages.of_scripts, "static/js/x.js", 'show("Please wait");', "not Vietnamese: Please, wait"),
    (places.check, "accounts/x.py", 'HERE = "/root/lgsp/data"', "a path of one machine"),
    (places.check, "docs/x.md", "Open /home/somebody/lgsp/README.md", "a path of one machine"),
    (places.check, "docs/x.md", "Xem /work/main/run", "a path of one machine"),
    (places.check, "accounts/x.py", 'HERE = "/tmp/lgsp.sock"', "a path of one machine"),
    (
        places.check,
        "README.md",
        "pip install -i https://" + ".".join(("pypi", "org")) + "/simple lgsp",
        "names a package registry",
    ),
    (places.check, "requirements/run.lock", "a @ https://files.example/a.whl", "no address"),
    (places.check, "accounts/x.py", "# TO" + "DO: later", "unfinished work"),
    (places.check, "accounts/x.py", "def f():\n    raise NotImplemented" + "Error", "every path works"),
    (places.links, "docs/x.md", "[nhà](house-that-is-not.md)", "leads to house-that-is-not.md"),
    (places.environment_page, "docs/environment.md", "# Environment variables\n", "out of date"),
]


@pytest.mark.parametrize(
    ("rule", "name", "text", "found"),
    PYTHON,
    ids=[f"{rule.__name__}-{place}" for place, (rule, *_) in enumerate(PYTHON)],
)
def test_a_planted_fault_is_found(tmp_path: Path, rule: Rule, name: str, text: str, found: str) -> None:
    root = planted(tmp_path, name, text)
    assert any(found in finding for finding in rule(root, [root / name])), rule(root, [root / name])


FINE: list[tuple[Rule, str, str]] = [
    (imports.clocks, "accounts/x.py", "from core import clock\nclock.now()\nnow = 1\nprint(now)"),
    (imports.untracked_writes, "accounts/x.py", "found = {}\nfound.update({'a': 1})\nseen = set()\nseen.update([1])"),
    (imports.doors, "core/rights.py", "from guardian.shortcuts import assign_perm"),
    (imports.local_imports, "accounts/x.py", "if TYPE_CHECKING:\n    import json"),
    (sizes.check, "accounts/x.py", "a = 1\n" * 400),
    (sizes.check, "tests/x.py", "a = 1\n" * 900),
    (pages.of_templates, "templates/x.html", '{% load static %}{% url "home" as back %}<p>{{ page.title }}: đủ</p>'),
    (pages.of_python, "accounts/x.py", '"""Find people."""\nname = _("Tìm người")'),
    (pages.of_scripts, "static/js/x.js", 'find(".a .b"); say("Đã chép"); // copies it'),
    (places.check, "accounts/x.py", 'path("quan-tri/work/", view)\nlink = "{{ root }}/work/x"'),
    (places.links, "docs/x.md", "[đây](x.md) [xa](https://lgsp.example/) [dưới](#a)"),
]


@pytest.mark.parametrize(
    ("rule", "name", "text"), FINE, ids=[f"{rule.__name__}-{place}" for place, (rule, *_) in enumerate(FINE)]
)
def test_what_is_right_is_left_alone(tmp_path: Path, rule: Rule, name: str, text: str) -> None:
    root = planted(tmp_path, name, text)
    assert rule(root, [root / name]) == []


def test_an_untracked_model_and_a_stale_excuse_are_found() -> None:
    meta = SimpleNamespace(abstract=False, proxy=False, label="accounts.Planted")
    planted_model = type("Planted", (), {"__module__": "accounts.models.planted", "_meta": meta})
    assert tracked.check([planted_model], {}) == ["accounts.Planted: neither registered with auditlog nor excused"]
    assert tracked.check([], {"accounts.Gone": "x"}) == ["accounts.Gone: the excuse is no longer needed"]
