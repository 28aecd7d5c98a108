"""A whole copy of the project with one fault of each kind, judged by the real house tests: each is named."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.house.checkers.project import ROOT, files_of

# Written in pieces where this file would otherwise be found itself.
REGISTRY = ".".join(("pypi", "org"))
FILES = {
    "core/planted.py": "import accounts.roles\n",
    "accounts/planted_long.py": "a = 1\n" * 401,
    "templates/planted.html": '<p>Xin chào</p>\n<p>Welcome back</p>\n<input placeholder="Type here" title="Name">\n',
    "docs/planted.md": f"Run /home/somebody/lgsp/run, then ask {REGISTRY}\n",
    "accounts/planted.py": (
        "from datetime import datetime\n"
        "from django.contrib import admin, messages\n"
        "def late(request, name):\n"
        "    import json\n"
        "    print(json)\n"
        "    messages.success(request, f'Saved {name} now')\n"
        "    return datetime.now()\n"
        "@admin.display(description='Opened on')\n"
        "def opened(row):\n"
        "    return row\n"
        "@admin.display(description='Ngày mở')\n"
        "def day(row):\n"
        "    # TO" + "DO: format it\n"
        "    return row\n"
    ),
    "accounts/services/planted.py": "import requests\n",
    "accounts/models/planted.py": (
        "from django.db import models\n"
        "class Planted(models.Model):\n"
        "    name = models.TextField()\n"
        "    class Meta:\n"
        "        app_label = 'accounts'\n"
    ),
    "accounts/migrations/9999_planted.py": (
        "from django.db import migrations\n"
        "class Migration(migrations.Migration):\n"
        "    dependencies = []\n"
        "    operations = [migrations.RunSQL('select 1')]\n"
    ),
}
ADDITIONS = {
    "accounts/models/__init__.py": "from accounts.models.planted import Planted\n",
    "core/urls.py": 'urlpatterns += [path("gieo/", views.livez, name="planted"), path("gieo-2/", views.livez)]\n',
    "requirements/run.lock": f"x @ https://{REGISTRY}/x.whl\n",
}
FOUND = [
    "core.planted -> accounts.roles",
    "accounts/planted_long.py: 401 lines, at most 400",
    "'(gieo-2/)', 'planted'",
    "templates/planted.html:2: not Vietnamese: Welcome, back",
    "templates/planted.html:3: not Vietnamese: Type, here",
    "templates/planted.html:3: not Vietnamese: Name",
    "docs/planted.md:1: names a path of one machine",
    "docs/planted.md:1: names a package registry",
    "requirements/run.lock:",
    "accounts/planted.py:4: imports json inside a function",
    "accounts/planted.py:5: prints",
    "accounts/planted.py:6: not Vietnamese: Saved, now",
    "accounts/planted.py:7: reads datetime.datetime.now",
    "accounts/planted.py:8: not Vietnamese: Opened, on",
    "accounts/planted.py:11: wrap in gettext",
    "accounts/planted.py:13: unfinished work",
    "accounts/services/planted.py:1: imports requests",
    "accounts.Planted: neither registered with auditlog nor excused",
    "accounts/migrations/9999_planted.py:4: RunSQL without a way back",
]
JUDGES = ("test_architecture.py", "test_addresses.py", "test_language.py")


@pytest.fixture(scope="module")
def verdict(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the house tests say of the planted copy."""
    tree = tmp_path_factory.mktemp("planted") / "tree"
    for path in files_of(ROOT):
        target = tree / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    for name, text in FILES.items():
        (tree / name).write_text(text, encoding="utf-8")
    for name, text in ADDITIONS.items():
        with (tree / name).open("a", encoding="utf-8") as file:
            file.write(text)
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV_"))}
    command = [sys.executable, "-m", "pytest", "--ds=lgsp.settings.test", "-vv", "-p", "no:cacheprovider", "-k"]
    judges = [f"tests/house/{name}" for name in JUDGES]
    done = subprocess.run(
        # Pages are not opened here: that needs a database, and the planted model has no table.
        [*command, "not test_each_role", *judges],
        cwd=tree,
        env={**environment, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == pytest.ExitCode.TESTS_FAILED, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.heavy
@pytest.mark.xdist_group("planted-tree")
@pytest.mark.parametrize("finding", FOUND)
def test_the_house_names_the_planted_fault(verdict: str, finding: str) -> None:
    assert finding in verdict
