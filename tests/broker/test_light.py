"""A worker of the data plane knows the portal's addresses it names, and no more."""

import re
import subprocess
import sys
from pathlib import Path

from django.urls import reverse

from lgsp.data_plane import light
from lgsp.launch.places import ROOT

ARGUMENTS = {"problem": ["quota-exceeded"]}
_LOADED = """
import lgsp.data_plane.worker, sys
for name, module in sys.modules.items():
    place = getattr(module, "__file__", None) or ""
    if name.partition(".")[0] in "audit accounts broker catalog connections core incidents lgsp".split():
        print(place)
"""


def test_the_addresses_a_worker_names_are_the_portals_and_all_there() -> None:
    for pattern in light.urlpatterns:
        given = ARGUMENTS.get(str(pattern.name), ["don-vi", "v1"])
        assert reverse(pattern.name, args=given, urlconf=light) == reverse(
            pattern.name, args=given, urlconf="lgsp.urls"
        )
    done = subprocess.run([sys.executable, "-c", _LOADED], cwd=ROOT, capture_output=True, text=True, check=True)
    files = [line for line in done.stdout.splitlines() if line.endswith(".py")]
    assert len(files) > 100
    assert not [path for path in files if "/admin/" in path]
    named = {
        name
        for path in files
        for name in re.findall(r'\breverse\(\s*"([\w:-]+)"', Path(path).read_text(encoding="utf-8"))
    }
    assert named == {pattern.name for pattern in light.urlpatterns}
