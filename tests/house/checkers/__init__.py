"""Pure checkers of the architecture: each takes a tree and returns findings people can read.

``check(root, files=None) -> list[str]``. The tests assert that the project has none and that a planted fault is found.
"""
