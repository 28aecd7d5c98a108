"""The broker put together from the settings; ``lgsp/asgi.py`` mounts what comes out."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection, connections, transaction
from psycopg.conninfo import make_conninfo

from audit.admission import Ledger
from broker.app import BrokerApp
from broker.clocks import Clocks
from broker.engine import Engine, settle_memory
from broker.forwarding import HttpTransport
from broker.load import Load
from broker.messages.coding import Coder
from broker.policy import Policy
from broker.sealed import Sealed
from broker.sharing import Sharing
from broker.snapshot import Rows
from broker.tokens.signer import Signer
from catalog.projection import load_gone, load_services
from connections.projection import load_grants, load_keys
from core.addresses import AddressRules, own_endpoints


def database_address() -> str:
    """Return the address of the call log and of the announcements: the broker's own role, or the product's."""
    if settings.BROKER_DATABASE_URL:
        return str(settings.BROKER_DATABASE_URL)
    named = connection.get_connection_params()
    kept = {name: named[name] for name in ("dbname", "user", "password", "host", "port") if named.get(name)}
    return make_conninfo(**kept)


def load_rows() -> Rows:
    """Read all hatches in one snapshot; runs in a thread of its own, whose connection is given back."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("set transaction isolation level repeatable read, read only")
            services = load_services()
            return Rows(services, load_keys(), load_grants(), load_gone(services))
    finally:
        connections.close_all()


def upstream_rules() -> AddressRules:
    """Return which addresses may be called: never our own database or cache; the example server wherever it is."""
    own = own_endpoints([database_address_url(), settings.CACHES["default"]["LOCATION"]])
    examples = own_endpoints([settings.EXAMPLE_SERVER])
    return AddressRules(loopback=settings.LOOPBACK_UPSTREAMS, own=own, examples=examples)


def database_address_url() -> str:
    """Return host and port of the database as a URL."""
    named = connection.get_connection_params()
    return f"postgresql://{named.get('host') or 'localhost'}:{named.get('port') or 5432}/"


def settings_name() -> str:
    """Return the name of the database; workers of other databases on one cache count apart."""
    return str(connection.settings_dict["NAME"])


def assemble(
    load: Callable[[], Rows] = load_rows, *, worker: str = "1", metrics_folder: Path | None = None
) -> BrokerApp:
    """Return the broker of this process, not started yet; *worker* is its place among those of one port."""
    address = database_address()
    rules = upstream_rules()
    clocks = Clocks(settings.CLOCK_TOLERANCE)
    sealed = Sealed(settings.SEALING_ALARM_SECONDS, settings.SEALING_LIMIT_SECONDS)
    ledger = Ledger(address, settings.LOG_KEYS)
    ledger.claims.window = timedelta(hours=settings.IDEMPOTENCY_HOURS)
    engine = Engine(
        policy=Policy(load, address, swapped=settle_memory, clocks=clocks, sealed=sealed),
        ledger=ledger,
        make_transport=lambda: HttpTransport(rules),
        allowed_hosts=list(settings.ALLOWED_HOSTS),
        signer=Signer.of(settings.SIGNING_KEYS, settings.PUBLIC_URL),
        load=Load(settings.BROKER_CALLS),
        coder=Coder(settings.GZIP_FROM),
        metrics_networks=tuple(settings.METRICS_NETWORKS),
        metrics_folder=metrics_folder,
        worker=worker,
        sharing=Sharing(settings.CACHES["default"]["LOCATION"], database_address_url() + settings_name()),
    )
    return BrokerApp(engine)
