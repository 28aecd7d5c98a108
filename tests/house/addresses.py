"""Who may open which address: one row for each. An address without a row fails ``test_addresses``.

Each app keeps its own rows in ``tests/<app>/addresses.py``. A policy is the set of roles that get the page;
``VISITOR`` stands for somebody not signed in. Visitors without the right are sent to sign in, others get 403 or 404.
"""

from tests.accounts import addresses as accounts
from tests.audit import addresses as audit
from tests.catalog import addresses as catalog
from tests.connections import addresses as connections
from tests.core import addresses as core
from tests.house.policies import Page
from tests.incidents import addresses as incidents
from tests.reports import addresses as reports

APPS = (core, audit, accounts, catalog, connections, incidents, reports)
PAGES: dict[str, Page] = {name: page for app in APPS for name, page in app.PAGES.items()}
ELSEWHERE: frozenset[str] = frozenset().union(*(app.ELSEWHERE for app in APPS))
# Pages of one row in the staff rooms take the rights of their list, from one base class (core.admin.BaseAdmin).
ROW_PAGES = ("_change", "_history", "_delete")
