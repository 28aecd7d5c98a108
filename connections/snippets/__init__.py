"""A signed call written out for a developer to paste: their key id, grant and service in it, their secret never.

The secret is read from the environment variable ``LGSP_SECRET`` when the snippet runs. Every snippet signs by profile
``lgsp-1`` (docs/calling.md) and needs nothing but what its language comes with.
"""

from connections.snippets.writing import LANGUAGES, Snippet, snippets_for

__all__ = ["LANGUAGES", "Snippet", "snippets_for"]
