"""Every environment variable the product reads: name, type, default, meaning. Nothing else reads the environment.

``docs/environment.md`` is generated from this register by ``./run manage environment_docs``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from os import environ as _environ
from typing import Any, Literal

import environ

Kind = Literal["str", "bool", "int", "list", "url"]


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable. ``default`` is what development and tests use; ``needed`` ones have no default in production."""

    name: str
    kind: Kind
    default: str
    help: str
    needed: bool = False
    secret: bool = False


VARIABLES: tuple[Variable, ...] = (
    Variable(
        "LGSP_MODE", "str", "production", "`development`, `test` or `production`; decides nothing but safety nets."
    ),
    Variable("LGSP_SECRET_KEY", "str", "", "Django's signing key, 50 characters or more.", needed=True, secret=True),
    Variable(
        "LGSP_FIELD_KEYS",
        "str",
        "",
        "Keys that seal secrets in the database: `name:base64 of 32 bytes`, newest first, separated by commas.",
        needed=True,
        secret=True,
    ),
    Variable(
        "DATABASE_URL", "url", "", "PostgreSQL 15 or later, `postgresql://user:password@host:port/name`.", True, True
    ),
    Variable(
        "LGSP_LOG_KEYS",
        "str",
        "",
        "Keys that authenticate the call log: `name:base64 of 32 bytes`, newest first, separated by commas.",
        needed=True,
        secret=True,
    ),
    Variable(
        "LGSP_SIGNING_KEYS",
        "str",
        "",
        "Keys that sign tokens and what providers verify: `kid:base64 of a 32-byte Ed25519 seed`, newest first, "
        "separated by commas; the first signs, all verify and are published.",
        needed=True,
        secret=True,
    ),
    Variable(
        "LGSP_BROKER_DATABASE_URL",
        "url",
        "",
        "The same database under the broker's role; empty: `DATABASE_URL`.",
        secret=True,
    ),
    Variable(
        "LGSP_SEALING_KEY_FILE",
        "str",
        "",
        "File with the key that signs checkpoints of the call log (`python -m lgsp.sealer --new-key NAME` makes one). "
        "Read by the sealer only; no other process may be able to read it.",
    ),
    Variable(
        "LGSP_SEALING_PUBLIC_KEYS",
        "list",
        "",
        "Public halves of the keys that signed checkpoints, those no longer used too: `name+id+base64`, separated by "
        "commas. Verification believes no other.",
    ),
    Variable(
        "LGSP_CHECKPOINT_DIR",
        "str",
        "",
        "Folder outside the database that checkpoints are appended to; empty: `checkpoints` in the data folder.",
    ),
    Variable(
        "LGSP_ARCHIVE_DIR",
        "str",
        "",
        "Folder of archived months of the call log; empty: `archive` in the data folder.",
    ),
    Variable(
        "LGSP_CHECKPOINT_WITNESS",
        "str",
        "",
        "Second place for checkpoints and the book of revocations, which another party holds: a folder, or an address "
        "that takes them by POST; empty: none.",
    ),
    Variable(
        "LGSP_SEALER_DATABASE_URL",
        "url",
        "",
        "The same database under the sealer's role; empty: `DATABASE_URL`.",
        secret=True,
    ),
    Variable(
        "LGSP_BACKUP_DATABASE_URL",
        "url",
        "",
        "The same server under a role that may replicate, for base backups; empty: `DATABASE_URL`.",
        secret=True,
    ),
    Variable(
        "LGSP_BACKUP_DIR",
        "str",
        "",
        "Folder that backups are written to when no other is named, and where the operations page looks for the "
        "newest; empty: `backups` in the data folder.",
    ),
    Variable(
        "LGSP_SEALING_ALARM_SECONDS", "int", "10", "Age of the oldest row not sealed from which keepers are alarmed."
    ),
    Variable(
        "LGSP_SEALING_LIMIT_MINUTES", "int", "15", "The same from which the broker takes no calls until it is sealed."
    ),
    Variable("LGSP_EVIDENCE_MAX_ROWS", "int", "10000", "Rows of the call log that one evidence bundle holds at most."),
    Variable(
        "LGSP_LOOPBACK_UPSTREAMS",
        "bool",
        "false",
        "Let data services lie on this machine's loopback (demonstrations, tests); refused in production.",
    ),
    Variable(
        "LGSP_EXAMPLE_SERVER",
        "str",
        "",
        "Address of `python -m lgsp.examples`, `http://127.0.0.1:port` or another IP address: answers sandbox calls "
        "of versions that have no sandbox address; empty: such versions cannot be called in the sandbox.",
    ),
    Variable(
        "LGSP_DATA_URL",
        "str",
        "",
        "Address by which the portal reaches the broker for calls people try in the browser; empty: "
        "`LGSP_PUBLIC_URL`.",
    ),
    Variable("LGSP_TRIES_PER_MINUTE", "int", "30", "Calls one person may try in the browser within a minute."),
    Variable("LGSP_BROKER_CALLS", "int", "2000", "Calls one worker of the broker takes at once; above it, 503."),
    Variable(
        "LGSP_GZIP_FROM",
        "int",
        "1400",
        "Bytes from which the broker sends an answer in gzip to a caller whose Accept-Encoding admits it; 0: never.",
    ),
    Variable(
        "LGSP_CLOCK_TOLERANCE",
        "int",
        "5",
        "Seconds the clock may differ from the database's, or go back, before the broker admits nobody.",
    ),
    Variable(
        "LGSP_METRICS_NETWORKS",
        "list",
        "127.0.0.0/8,::1/128",
        "Networks whose direct requests may read `/metrics`, separated by commas; everybody else gets 404.",
    ),
    Variable("REDIS_URL", "url", "", "Redis protocol 6.2 or later, `redis://:password@host:port/0`.", True, True),
    Variable(
        "LGSP_DATA_DIR", "str", ".data", "Folder for collected static files, outgoing mail in development, uploads."
    ),
    Variable("LGSP_ALLOWED_HOSTS", "list", "", "Host names the portal answers to, separated by commas.", needed=True),
    Variable("LGSP_PUBLIC_URL", "str", "http://127.0.0.1:8000", "Address people use; links in letters begin with it."),
    Variable(
        "LGSP_TRUSTED_PROXIES", "int", "0", "Number of reverse proxies in front whose X-Forwarded-For is believed."
    ),
    Variable(
        "LGSP_EMAIL_URL",
        "str",
        "",
        "`smtp+tls://user:password@host:port`; empty: letters wait in the outbox and staff are warned (in development "
        "they go to files in the data folder).",
        secret=True,
    ),
    Variable("LGSP_UPLOAD_MAX_MB", "int", "20", "Largest file that people may attach, in MB."),
    Variable("LGSP_EMAIL_TIMEOUT", "int", "15", "Seconds to wait for an answer of the mail server."),
    Variable("LGSP_DIGEST_TIME", "str", "07:30", "Time of a working day from which reminders go out, `HH:MM`."),
    Variable("LGSP_IMPORT_MAX_MB", "int", "5", "Largest file that staff may import, in MB."),
    Variable("LGSP_IMPORT_MAX_ROWS", "int", "10000", "Most rows of a file that staff may import."),
    Variable("LGSP_EMAIL_FROM", "str", "lgsp@lgsp.example", "Sender of letters."),
    Variable("LGSP_SUPPORT_CONTACT", "str", "", "Support contact shown in the foot of every page."),
    Variable("LGSP_LOG_LEVEL", "str", "INFO", "Lowest level written to the log."),
    Variable("LGSP_LOG_FORMAT", "str", "json", "`json` for machines, `console` for people."),
    Variable("LGSP_LOOKUP_TRIES", "int", "5", "Wrong codes of the public look-up, by address and by file number."),
    Variable("LGSP_LOOKUP_LOCK_MINUTES", "int", "15", "How long the public look-up is closed after that."),
    Variable("LGSP_IDEMPOTENCY_HOURS", "int", "24", "How long the Idempotency-Key of a brokered call is remembered."),
    Variable("LGSP_SESSION_IDLE_MINUTES", "int", "30", "Idle time after which a session ends."),
    Variable("LGSP_SESSION_IDLE_MINUTES_APPROVER", "int", "15", "The same for people whose role approves."),
    Variable("LGSP_SESSION_HOURS", "int", "8", "Longest life of a session."),
)
_BY_NAME = {variable.name: variable for variable in VARIABLES}


class Missing(RuntimeError):
    """A needed variable is not set."""


class Environment:
    """Typed reading of the register from one mapping (the process environment unless a test gives another)."""

    def __init__(self, source: Mapping[str, str] | None = None) -> None:
        self._env = environ.Env()
        self._env.ENVIRON = dict(_environ if source is None else source)

    def __call__(self, name: str) -> Any:
        """Return the value of a registered variable. Raises KeyError for an unregistered name, :class:`Missing`."""
        variable = _BY_NAME[name]
        given = self._env.ENVIRON.get(name, "").strip()
        if not given and variable.needed and self.mode == "production":
            raise Missing(f"Thiếu biến môi trường {name}. Ý nghĩa từng biến: docs/environment.md")
        match variable.kind:
            case "bool":
                return self._env.bool(name, default=variable.default == "true")
            case "int":
                return self._env.int(name, default=int(variable.default or 0))
            case "list":
                return [part for part in (given or variable.default).split(",") if part]
            case _:
                return given or variable.default

    @property
    def mode(self) -> str:
        """``development``, ``test`` or ``production``."""
        return self._env.ENVIRON.get("LGSP_MODE", "") or _BY_NAME["LGSP_MODE"].default

    def database(self, name: str) -> dict[str, Any]:
        """Return Django's database settings for the address in variable *name*."""
        address = self(name)
        return dict(self._env.db_url_config(address)) if address else {}

    def email(self, name: str) -> dict[str, Any]:
        """Return Django's mail settings for the address in variable *name* ({} when empty)."""
        address = self(name)
        return dict(self._env.email_url_config(address)) if address else {}


env = Environment()


def documentation() -> str:
    """Return the Markdown page of the register."""
    lines = [
        "# Environment variables",
        "",
        "Generated from `lgsp/env.py` by `./run manage environment_docs`; do not edit.",
        "",
        "| variable | type | default | needed in production | secret | meaning |",
        "|---|---|---|---|---|---|",
    ]
    for item in VARIABLES:
        default = f"`{item.default}`" if item.default else "–"
        lines.append(
            f"| `{item.name}` | {item.kind} | {default} | {'yes' if item.needed else 'no'} | "
            f"{'yes' if item.secret else 'no'} | {item.help} |"
        )
    return "\n".join(lines) + "\n"
