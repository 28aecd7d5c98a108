"""The commands of docs/installation.md as it shows them: what is tried is what people read."""

import re
from collections.abc import Mapping

from lgsp.launch.places import ROOT

# The word under which callers say what the page's valkey is called on that Debian.
STORE = "valkey"
PAGE = ROOT / "docs" / "installation.md"


def section(title: str, page: str = "") -> str:
    """Return the text under the heading that begins with *title*. Raises LookupError."""
    text = page or PAGE.read_text(encoding="utf-8")
    found = re.search(rf"^## {re.escape(title)}.*?\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise LookupError(f"docs/installation.md has no section {title!r}")
    return found.group(1)


def blocks(title: str, known: Mapping[str, str], page: str = "") -> list[str]:
    """Return the blocks of commands of a section, with each «word» replaced. Raises LookupError for an unknown one."""
    found = re.findall(r"^```sh\n(.*?)^```", section(title, page), re.MULTILINE | re.DOTALL)
    store = known.get(STORE, "valkey")
    return [re.sub(r"(?<!deploy/)valkey", store, filled(block, known)) for block in found]


def filled(text: str, known: Mapping[str, str]) -> str:
    """Return *text* with each «word» replaced. Raises LookupError."""

    def word(found: re.Match[str]) -> str:
        try:
            return known[found.group(1)]
        except KeyError as error:
            raise LookupError(f"nobody said what «{found.group(1)}» is") from error

    return re.sub(r"«([^»]*)»", word, text)
