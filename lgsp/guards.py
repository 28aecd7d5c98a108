"""The guards of the database, as the migrations leave them: triggers that keep evidence and what is frozen as it is.

A verification of the log compares them with what stands (``audit.verification.guards``). Whoever adds or changes one
changes it here; ``tests/house/test_governed.py`` tells what is missing.
"""

ROW, TRUNCATE, DELETE, UPDATE = 27, 34, 11, 19

# (table, trigger) -> (its function, what it stands before, its arguments, columns and whether it has a condition).
GUARDS: dict[tuple[str, str], tuple[str, int, str]] = {
    ("accounts_agencycode", "agencycode_for_ever"): ("accounts_keep_code", ROW, ""),
    ("audit_checkpoint", "append_only"): ("audit_refuse_change", ROW, ""),
    ("audit_checkpoint", "no_truncate"): ("audit_refuse_change", TRUNCATE, ""),
    ("audit_epoch", "append_only"): ("audit_refuse_change", ROW, ""),
    ("audit_epoch", "no_truncate"): ("audit_refuse_change", TRUNCATE, ""),
    ("audit_fact", "audit_fact_append_only"): ("audit_refuse_change", ROW, ""),
    ("audit_fact", "audit_fact_no_truncate"): ("audit_refuse_change", TRUNCATE, ""),
    ("audit_gate", "no_truncate"): ("audit_refuse_change", TRUNCATE, ""),
    ("audit_gate", "stays"): ("audit_refuse_change", ROW, "1"),
    ("audit_intent", "append_only"): ("audit_refuse_change", ROW, ""),
    ("audit_intent", "no_truncate"): ("audit_refuse_change", TRUNCATE, ""),
    ("audit_leaf", "append_only"): ("audit_refuse_change", ROW, ""),
    ("audit_leaf", "no_truncate"): ("audit_refuse_change", TRUNCATE, ""),
    ("audit_node", "append_only"): ("audit_refuse_change", ROW, ""),
    ("audit_node", "no_truncate"): ("audit_refuse_change", TRUNCATE, ""),
    ("audit_nonce", "append_only"): ("audit_refuse_change", ROW, ""),
    ("audit_outcome", "append_only"): ("audit_refuse_change", ROW, ""),
    ("audit_outcome", "no_truncate"): ("audit_refuse_change", TRUNCATE, ""),
    ("audit_recovery", "accepted_once"): ("audit_refuse_change", UPDATE, "when"),
    ("audit_recovery", "no_truncate"): ("audit_refuse_change", TRUNCATE, ""),
    ("audit_recovery", "written_once"): ("audit_refuse_change", ROW, "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"),
    ("audit_row_change", "append_only"): ("audit_refuse_change", ROW, ""),
    ("audit_row_change", "no_truncate"): ("audit_refuse_change", TRUNCATE, ""),
    ("audit_tombstone", "append_only"): ("audit_refuse_change", ROW, ""),
    ("audit_tombstone", "no_truncate"): ("audit_refuse_change", TRUNCATE, ""),
    ("auditlog_logentry", "auditlog_logentry_append_only"): ("audit_refuse_change", ROW, ""),
    ("auditlog_logentry", "auditlog_logentry_no_truncate"): ("audit_refuse_change", TRUNCATE, ""),
    ("catalog_dataerrorentry", "dataerrorentry_frozen"): ("catalog_write_once", ROW, ""),
    ("catalog_dataerrorreport", "dataerrorreport_for_ever"): ("catalog_write_once", DELETE, ""),
    ("catalog_dataservice", "dataservice_for_ever"): ("catalog_keep_entry", ROW, ""),
    ("catalog_directsharing", "directsharing_for_ever"): ("catalog_write_once", DELETE, ""),
    ("catalog_documentdownload", "documentdownload_frozen"): ("catalog_write_once", ROW, ""),
    ("catalog_documentdownload", "no_truncate"): ("audit_refuse_change", TRUNCATE, ""),
    ("catalog_documentversion", "documentversion_for_ever"): ("catalog_write_once", DELETE, ""),
    ("catalog_informationsystem", "informationsystem_for_ever"): ("catalog_keep_entry", DELETE, ""),
    ("catalog_purpose", "purpose_for_ever"): ("catalog_keep_entry", ROW, ""),
    ("catalog_serviceversion", "serviceversion_for_ever"): ("catalog_keep_version", DELETE, ""),
    ("catalog_sharingreview", "sharingreview_frozen"): ("catalog_write_once", ROW, ""),
    ("catalog_technicaldocument", "technicaldocument_for_ever"): ("catalog_write_once", DELETE, ""),
    ("connections_printout", "printout_frozen"): ("connections_keep_printout", ROW, ""),
    ("connections_requestversion", "no_truncate"): ("audit_refuse_change", TRUNCATE, ""),
    ("connections_requestversion", "requestversion_frozen"): ("connections_keep_version", ROW, ""),
    ("connections_threadmessage", "no_truncate"): ("audit_refuse_change", TRUNCATE, ""),
    ("connections_threadmessage", "threadmessage_frozen"): ("connections_keep_version", ROW, ""),
    ("incidents_registerpaper", "register_paper_frozen"): ("incidents_keep_paper", ROW, ""),
    ("reports_reportrun", "reportrun_frozen"): ("reports_keep_run", ROW, ""),
}
# SHA-256 of what these functions say.
FUNCTIONS: dict[str, str] = {
    "accounts_keep_code": "e97a3c27dd6a5ee34b735d9bf34d82254890313ebb37300170a33335ef041a97",
    "audit_refuse_change": "bfc791d67840969e64df268af69da0c77096a22a415e440571b129a0ef14dc35",
    "audit_refuse_truncate": "d90f134c93fd436b3fde6fa1d12e508d6259e6d707836f394a78044a36df73c0",
    "audit_row_value": "ed2cfec00165585d1301ef024351d5ee3645082a6a227c64ea3b25252ac444ca",
    "audit_watch_row": "53b8ba6daefc153ef950b1deb38c084d771d5e37b270af843e4becd300e73ea4",
    "catalog_keep_entry": "8c97d7995f1a42ff344f7c0429e3a3917cac1315fd72c8f3648ff151fdb4e57d",
    "catalog_keep_version": "2ee59c4fdc15e3238b6d689666fd050735cb3c67108a52302996c92d3746bbb0",
    "catalog_write_once": "57a3700828471df9732871b618292c5949ca136e732a3c2bf27c3027a1d0487b",
    "connections_keep_printout": "6544e1c5cf477265a7de4e5740a949fc8e1b0a3b665ac448d50d993665f5fb40",
    "connections_keep_version": "e172d24759b907db52f12e8f22caa642c659bfc501cb0f351d610d0a7d857fa2",
    "incidents_keep_paper": "3e03ed9c0ee0a5a84d52aff97fe964e8f9af9b2e340617e5fa3db01bcb8e7ee0",
    "reports_keep_run": "91c5aab28d7cb173c3a7a854f7a10bc5c77e5125d7aea75f9732e459b695c160",
}
