"""Tests that run the guides' own commands with programs nobody here wrote.

A machine without them leaves those tests out, for the product needs none of them; CI may not.
"""

import os
import shutil

import pytest


def needing(*programs: str) -> pytest.MarkDecorator:
    """Return the mark of a test that runs *programs*."""
    absent = [name for name in programs if shutil.which(name) is None]
    return pytest.mark.skipif(bool(absent) and os.environ.get("CI") != "true", reason=f"needs {' and '.join(absent)}")
