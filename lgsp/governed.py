"""Which tables are governed: every change of a row leaves its mark in ``audit_row_change``, through whatever door.

The list covers every table of the database (``tests/house/test_governed.py``). A new governed table gets its line here
and a migration of this app that runs :class:`Govern` again.
"""

from dataclasses import dataclass
from typing import Any

from django.db.migrations.operations.base import Operation


@dataclass(frozen=True, slots=True)
class Watched:
    """How a table is watched.

    ``hidden`` columns are secrets, or personal data that says nothing of who may do what: that they changed is kept,
    their values are not. ``quiet`` columns are made from others or count revisions: a change of nothing else leaves no
    mark.
    """

    label: str
    hidden: tuple[str, ...] = ()
    quiet: tuple[str, ...] = ()


_FOUND = ("search", "sort_key", "revision", "version")


def _of(app: str, *models: str, **options: Any) -> dict[str, Watched]:
    return {f"{app}_{model}": Watched(f"{app}.{model}", **options) for model in models}


_RIGHTS = {
    **_of("accounts", "user_groups", "user_user_permissions"),
    **_of("auth", "group", "group_permissions"),
    **_of("guardian", "userobjectpermission", "groupobjectpermission"),
    **_of("mfa", "authenticator", hidden=("data",), quiet=("last_used_at",)),
    **_of("account", "emailaddress"),
}
_PEOPLE = {
    **_of("accounts", "user", hidden=("password", "phone"), quiet=("last_login", "search", "sort_key")),
    **_of("accounts", "invitation", hidden=("token_digest", "code_digest")),
    **_of("accounts", "agency", quiet=_FOUND),
    **_of("accounts", "agencycode", "membership", "rolechange", "mailchoice"),
    **_of("accounts", "dayoff", "makeupday", "deadlinepolicy", "officehours", "regulationperiod"),
}
_CATALOGUE = {
    **_of("catalog", "upstream", hidden=("sealed_client_key", "sealed_client_secret")),
    **_of("catalog", "apidescription", "messageprofile", "operation", "personalrelease", "profileuse", "purpose"),
    **_of(
        "catalog", "documentrelease", "documentversion", "sector", "securitydossier", "sharingreview", "systemcontact"
    ),
    **_of("catalog", "codelistentry", "connectionplan", "dataelement", "dataservice", "directsharing", quiet=_FOUND),
    **_of("catalog", "informationsystem", "readinessanswer", "readinesscriterion", "standard", quiet=_FOUND),
    **_of("catalog", "serviceversion", "technicaldocument", quiet=_FOUND),
    **_of("catalog", "dataerrorentry", "dataerrorreport", "datawish", "standard_services"),
}
_PROCEDURE = {
    **_of("connections", "credential", hidden=("sealed_secret", "challenge")),
    **_of("connections", "connectionrequest", hidden=("lookup_code",), quiet=("search", "version")),
    **_of("connections", "accessrequest", quiet=("search", "version")),
    **_of("connections", "printout", hidden=("code",)),
    **_of("connections", "accessline", "attachment", "checklist", "clock", "clockpause", "completionpoint"),
    **_of("connections", "confirmation", "conformancererun", "connection", "criterion", "criterionmark"),
    **_of("connections", "criterionstandard", "declaration", "declarationpoint", "dutyreminder", "endingrequest"),
    **_of(
        "connections", "environmentterms", "evaluation", "evidencerun", "expiryrule", "grant", "hold", "messagefile"
    ),
    **_of("connections", "inspection", "inspectionmark", "internalnote", "letterheadrule", "linedecision"),
    **_of("connections", "messagesample", "partcheck", "printouttemplate", "reminderrule", "requestline"),
    **_of("connections", "requiredpart", "savedview", "signedfile", "testtemplate", "trial", "trialcase", "workmark"),
}
_REST = {
    **_of("audit", "retention"),
    **_of("incidents", "healthpolicy", "healthsetting", "outage", "alertpolicy", "alertrule", "expecteduse"),
    **_of(
        "incidents",
        "alert",
        quiet=("first_at", "last_at", "count", "value", "summary", "samples", "escalate_at"),
    ),
    **_of("incidents", "incident", quiet=("search", "revision")),
    **_of("incidents", "incidentdeadline", "incidententry", "incidentparty", "incidentpolicy", "incidentservice"),
    **_of("incidents", "incidentsource", "incidenttask", "registerpapertemplate", "registersignedfile"),
    **_of("incidents", "registerpaper", hidden=("code",)),
    **_of("incidents", "violation", quiet=("search", "revision")),
    **_of("incidents", "violationentry", "violationevidence"),
    **_of("incidents", "maintenancepolicy", "maintenancewindow", "maintenancewindow_services"),
    **_of("incidents", "checkitem", "weeklycheck", "weeklycheckline"),
    **_of("incidents", "helprequest", "guideanswer", quiet=_FOUND),
    **_of("incidents", "helpentry", "helpfile"),
    **_of("incidents", "webhook", hidden=("sealed_secret", "sealed_old"), quiet=("faults",)),
    **_of("reports", "reportrun", "reporttemplate"),
    **_of("reports", "rankingpolicy"),
    **_of("reports", "campaign", "statement", quiet=_FOUND),
    **_of("reports", "campaign_agencies", "campaignquestion", "statementfile", "statementrow"),
    **_of("reports", "budgetadjustment", "budgetline", "budgetterm", "budgetyear", "spending", "spendingfile"),
    **_of("reports", "feedback", "reviewtheme", quiet=("revision",)),
    **_of("reports", "feedbackfile", "feedbacktheme"),
    **_of("reports", "yearlyreview", hidden=("code",), quiet=("revision",)),
    **_of("reports", "trainingsession", "trainingsession_materials", quiet=("revision",)),
    **_of("reports", "trainingseat", hidden=("name", "position"), quiet=("name_key",)),
    **_of("reports", "closingrule", "reportfile"),
}
GOVERNED: dict[str, Watched] = {**_RIGHTS, **_PEOPLE, **_CATALOGUE, **_PROCEDURE, **_REST}

# Written once; triggers of their own refuse every change.
EVIDENCE: dict[str, str] = {
    "audit_fact": "deeds",
    "audit_row_change": "changes of governed rows",
    "auditlog_logentry": "field history",
    "audit_intent": "the call log",
    "audit_outcome": "the call log",
    "audit_epoch": "the call log",
    "audit_tombstone": "months of the call log that lie in the archive",
    "audit_recovery": "restores and drills; accepting one is written once",
    "audit_nonce": "signatures seen; spans long past are dropped whole",
    "audit_leaf": "the sealed log",
    "audit_node": "the sealed log",
    "audit_checkpoint": "the sealed log",
    "catalog_documentdownload": "who took which document",
    "connections_requestversion": "a dossier as it was sent",
    "connections_threadmessage": "what was said about a dossier",
    "reports_statementversion": "a statement of use as it was handed in",
    "reports_narrativeversion": "what a report said in words, version by version",
}
# Neither governed nor evidence -> why.
FREE: dict[str, str] = {
    "account_emailconfirmation": "addresses are confirmed by invitation, not by letter: stays empty",
    "accounts_digest": "an outbox row: the deed that tells is the fact",
    "accounts_letter": "as accounts_digest; its body must not be copied",
    "accounts_notice": "as accounts_digest",
    "audit_gate": "counts calls by the day; its limits follow grants, which are governed",
    "audit_idempotency": "digests that live for a day",
    "audit_sealing": "how the sealer stands, overwritten each second",
    "audit_calls_minute": "sums over the call log, made again at will",
    "audit_calls_hour": "as audit_calls_minute",
    "audit_calls_day": "as audit_calls_minute",
    "audit_calls_brief": "as audit_calls_minute",
    "audit_rollup_due": "which of them are due to be made again",
    "audit_rollup_mark": "how far they reach",
    "audit_use_day": "sums over the call log, counted again at will",
    "audit_use_mark": "how far they are counted",
    "audit_verification": "a measurement; one that failed has a fact",
    "auth_permission": "made by migrations from the models",
    "axes_accessattempt": "counts wrong passwords for a quarter of an hour",
    "axes_accessattemptexpiration": "as axes_accessattempt",
    "axes_accessfailurelog": "written by the library; sign-ins are facts",
    "axes_accesslog": "as axes_accessfailurelog",
    "catalog_searchword": "made again from governed rows",
    "catalog_serviceentry": "made again from governed rows",
    "catalog_watchmark": "keeps a job from reminding twice",
    "connections_expirynotice": "keeps a job from reminding twice",
    "connections_reminder": "keeps a job from reminding twice",
    "connections_threadmark": "how far a person has read",
    "connections_versionnotice": "keeps a job from reminding twice",
    "django_admin_log": "written by nobody: the staff rooms show facts and field history instead",
    "django_content_type": "made by migrations from the models",
    "django_migrations": "which migrations ran",
    "django_session": "sessions; signing in and out are facts",
    "audit_use_address": "as audit_use_day",
    "incidents_alertnews": "an outbox row: the alert it tells of is governed",
    "incidents_alertteller": "who tells just now, overwritten each time",
    "incidents_detectionmark": "how far a rule has looked",
    "incidents_measure": "a measurement, deleted by age",
    "incidents_healthcheck": "a measurement, deleted by age",
    "incidents_maintenancetelling": "keeps a job from telling twice; what was told is a fact",
    "incidents_statusday": "sums over checks, counted by a job",
    "incidents_statussubscription": "addresses of readers of a public page, theirs to end; no right depends on them",
    "incidents_weeklyreminder": "keeps a job from reminding twice",
    "incidents_upstreamhealth": "a measurement, overwritten by the next one",
    "reports_lastuse": "when a page was last used, of nobody in particular; overwritten by a job",
    "reports_trainingtelling": "keeps a job from telling twice; what was told is a fact",
    "reports_recount": "a measurement: what frozen figures would be now",
    "incidents_webhookattempt": "a measurement, deleted by age",
    "reports_statementreminder": "keeps a job from reminding twice",
    "incidents_webhookdelivery": "an outbox row, deleted by age; that it was sent again is a fact",
}


class Govern(Operation):
    """Put the triggers on every governed table that exists; those already there are made anew.

    Undone, it takes them off where it was the *first* to put them on. It asks for no models, as ``RunPython`` does:
    making all of them anew nine times costs seconds of a first migration.
    """

    def __init__(self, *, first: bool = False) -> None:
        self.first = first

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing the models know of."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Put the triggers on."""
        install(schema_editor)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Take the triggers off."""
        if self.first:
            remove(schema_editor)


def install(editor: Any) -> None:
    """Put the triggers on every governed table that exists; those already there are made anew."""
    with editor.connection.cursor() as cursor:
        for table, how in GOVERNED.items():
            cursor.execute(
                "select audit_watch(oid, %s, %s, %s) from pg_class where oid = to_regclass(%s)",
                [how.label, ",".join(how.hidden), ",".join(how.quiet), table],
            )


def remove(editor: Any) -> None:
    """Take the triggers off again."""
    with editor.connection.cursor() as cursor:
        for table in GOVERNED:
            cursor.execute("select audit_unwatch(oid) from pg_class where oid = to_regclass(%s)", [table])
