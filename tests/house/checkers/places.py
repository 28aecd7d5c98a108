"""Nothing in the tree names a machine, a package registry or unfinished work; documents lead somewhere."""

import ast
import re
from pathlib import Path
from urllib.parse import unquote

from tests.house.checkers.project import sources

# Split up, so that this file does not find itself.
_REGISTRIES = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("archive", "ubuntu", "com"),
        ("registry-1", "docker", "io"),
        ("proxy", "golang", "org"),
    )
]
_REGISTRY = re.compile("|".join(map(re.escape, _REGISTRIES)))
# A path of one machine: /root/x, /home/somebody/x, C:\Users\x. Addresses of the portal are Vietnamese.
_MACHINE = re.compile(
    r"(?<![\w.$}*)/-])/(?:work|root|farm|home/[a-z][\w-]*|Users/\w+|mnt/\w+)/[\w.-]|\b[A-Z]:\\Users\\"
)
_TEMPORARY = re.compile(r"(?<![\w.-])/tmp/[\w.-]+")
_WORDS = list(map("".join, (("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("HA", "CK"))))
_UNFINISHED = re.compile(r"\b(?:" + "|".join(_WORDS) + r")\b")
# A file with none of these has no line that a rule could find.
_SIGNS = [*_REGISTRIES, *_WORDS, "/work/", "/root/", "/farm/", "/home/", "/Users/", "/mnt/", "\\Users\\", "/tmp/"]
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def check(root: Path, files: list[Path] | None = None) -> list[str]:
    """Find registry hosts, machine paths, addresses in lock files and unfinished work."""
    found: list[str] = []
    for source in sources(root, files):
        testing = source.name.startswith("tests/")
        foreign = source.name.startswith("static/vendor/") or source.name == "LICENSE"
        locked = source.name.endswith((".lock", "-lock.json"))
        if not locked and not any(sign in source.text for sign in _SIGNS):
            continue
        for number, line in enumerate(source.text.splitlines(), 1):
            place = f"{source.name}:{number}"
            if _REGISTRY.search(line):
                found.append(f"{place}: names a package registry")
            if not testing and (path := _MACHINE.search(line) or _TEMPORARY.search(line)):
                found.append(f"{place}: names a path of one machine, {path.group()}")
            if locked and _URL.search(line):
                found.append(f"{place}: a lock file carries names, versions and hashes, no address")
            if not foreign and (word := _UNFINISHED.search(line)):
                found.append(f"{place}: unfinished work, {word.group()}")
    return found + _unimplemented(root, files)


def _unimplemented(root: Path, files: list[Path] | None) -> list[str]:
    return [
        f"{source.name}:{node.lineno}: raises NotImplementedError; every path works"
        for source in sources(root, files, ".py")
        if not source.name.startswith("tests/")
        for node in source.every(ast.Raise)
        if "NotImplemented" in ast.dump(node)
    ]


def links(root: Path, files: list[Path] | None = None) -> list[str]:
    """Find links of Markdown pages to files that are not there."""
    found = []
    for source in sources(root, files, ".md"):
        for number, line in enumerate(source.text.splitlines(), 1):
            for match in _LINK.finditer(line):
                target = unquote((match.group(1) or match.group(2)).split("#")[0])
                if not target or _URL.match(target) or target.startswith("mailto:"):
                    continue
                if not (root / source.name).parent.joinpath(target).exists():
                    found.append(f"{source.name}:{number}: leads to {target}, which is not there")
    return found


def environment_page(root: Path, files: list[Path] | None = None) -> list[str]:
    """Find the page of environment variables out of date."""
    from lgsp.env import documentation

    page = root / "docs" / "environment.md"
    if page.exists() and page.read_text(encoding="utf-8") == documentation():
        return []
    return ["docs/environment.md: out of date; run ./run manage environment_docs"]
