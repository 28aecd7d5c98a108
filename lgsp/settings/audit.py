"""Field history by django-auditlog, under our actor and request id."""

from pathlib import Path

from lgsp.env import env

# Checkpoints of the call log: whose signature is believed, and where they lie outside the database. The key that signs
# them is no setting: only the sealer has it (lgsp.sealer).
SEALING_PUBLIC_KEYS = env("LGSP_SEALING_PUBLIC_KEYS")
CHECKPOINT_DIR = Path(env("LGSP_CHECKPOINT_DIR") or Path(env("LGSP_DATA_DIR")) / "checkpoints")

# Months of the call log that are no longer in the database.
ARCHIVE_DIR = Path(env("LGSP_ARCHIVE_DIR") or Path(env("LGSP_DATA_DIR")) / "archive")

# Where backups go, and where the newest is looked for.
BACKUP_DIR = Path(env("LGSP_BACKUP_DIR") or Path(env("LGSP_DATA_DIR")) / "backups")

# Rows of the call log that one evidence bundle holds at most.
EVIDENCE_MAX_ROWS = env("LGSP_EVIDENCE_MAX_ROWS")

AUDITLOG_STORE_JSON_CHANGES = True
AUDITLOG_CID_GETTER = "core.web.middleware.current_request_id"
AUDITLOG_INCLUDE_ALL_MODELS = False
AUDITLOG_DISABLE_ON_RAW_SAVE = True

# Which floors name their deeds (``audit.deeds``), and what the staff rooms show as an object's history.
DEED_NAMES = [
    "audit.choices.CALLLOG_DEEDS",
    "accounts.deeds.NAMES",
    "catalog.duty_deeds.NAMES",
    "catalog.choices.REGISTER_DEEDS",
    "catalog.choices.PROFILE_DEEDS",
    "catalog.wish_words.NAMES",
    "catalog.service_deeds.SERVICE_DEEDS",
    "connections.deeds.NAMES",
    "connections.selectors.timeline.NAMES",
    "incidents.deeds.NAMES",
    "incidents.maintenance_words.NAMES",
    "incidents.help_words.NAMES",
    "reports.deeds.NAMES",
]
# Tables whose every change is marked by the database (``audit.selectors.changes``).
GOVERNED_TABLES = "lgsp.governed.GOVERNED"
# Triggers that keep evidence, what their functions say, and what is sealed beside the log.
GUARDS = "lgsp.guards.GUARDS"
GUARD_FUNCTIONS = "lgsp.guards.FUNCTIONS"
SEALED_RECORDS = "lgsp.sealed.SEALED"
HISTORY_SOURCE = "audit.selectors.history.moments_of"
