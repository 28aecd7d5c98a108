"""Signatures seen against the calls they are of: one changed or missing would let a request be sent twice."""

from django.db import connection
from django.utils.translation import gettext as _

from audit.verification.findings import Fault, Report

NONCE = "audit_nonce"
_MOST = 20
# Older ones keep nothing from being sent again: its time is past. Nor do those of a time to come, which no call may
# bear; a signature moved there is missing at its call.
_STRAY = """
select n.call_id from audit_nonce n
 where n.created between clock_timestamp() - interval '3 hours' and clock_timestamp() + interval '1 hour'
   and not exists (select from audit_intent i where i.call_id = n.call_id and i.key_id = n.key_id
                     and i.created = n.created and i.nonce = n.nonce
                     and i.received_at between n.created - interval '1 hour' and n.created + interval '1 hour')
 limit %s
"""
# Whatever was let past its signature burnt it, but for what was submitted again; hours long past are dropped whole.
_MISSING = """
select i.call_id from audit_intent i
 where i.received_at >= clock_timestamp() - interval '3 hours'
   and i.created >= date_trunc('hour', clock_timestamp() - interval '1 hour')
   and i.verdict not in ('R', 'X') and not i.owned
   and not exists (select from audit_nonce n where n.key_id = i.key_id and n.nonce = i.nonce and n.created = i.created)
 limit %s
"""


def check_nonces(report: Report) -> None:
    """Tell of signatures seen that are of no call, and of calls whose signature is not among them any more.

    What follows from a fault of the call itself is not told again.
    """
    told = {call for fault in report.faults for call in fault.calls}
    words = {_STRAY: _("không khớp cuộc gọi nào"), _MISSING: _("thiếu chữ ký đã dùng của cuộc gọi")}
    for statement, what in words.items():
        with connection.cursor() as cursor:
            cursor.execute(statement, [_MOST])
            found = [call for (call,) in cursor.fetchall() if call not in told]
        if found:
            report.add(Fault(NONCE, what, calls=tuple(found[:5])))
