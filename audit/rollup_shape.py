"""What a sum of calls is told apart by and what it holds: one list for its tables, their writer and their readers."""

from datetime import timedelta

# Calls of one minute, hour and Vietnamese day; sums of a minute are kept for two days only.
MINUTE, HOUR, DAY = "audit_calls_minute", "audit_calls_hour", "audit_calls_day"
MINUTES_KEPT = timedelta(hours=48)
# Calls and successes alone of each day: of all of it, by agency, by service; as many rows however many pairs call.
BRIEF = "audit_calls_brief"
BRIEF_BY = {"begins": "''", "agency_code": "agency_code", "service": "service"}

# What sums are told apart by, each with how it is read from a call (``i`` its intent, ``o`` its outcome).
KEYS: dict[str, str] = {
    "environment": "i.environment",
    "service": "i.service",
    "version": "i.version",
    "system_id": "i.system_id",
    "system_code": "i.system_code",
    "agency_id": "i.agency_id",
    "agency_code": "i.agency_code",
    "provider_id": "i.provider_id",
    "provider_code": "i.provider_code",
    "purpose": "i.purpose",
    "side": "case when o.call_id is null then 'unfinished' else o.side end",
    "refused": "i.verdict <> 'A'",
    "reason": "case when i.verdict = 'A' then ''"
    " else coalesce(nullif(o.reason, ''), 'verdict-' || lower(i.verdict)) end",
}

# Up to how many milliseconds calls are counted apart; one bound is the thirty seconds of the regulation (Q50-7.3).
BOUNDS = (50, 100, 200, 300, 500, 1000, 2000, 3000, 5000, 10_000, 20_000, 30_000)
WITHIN = tuple(f"within_{bound}" for bound in BOUNDS)

# What is summed. ``ended`` calls have an outcome; times are theirs.
SUMS: dict[str, str] = {
    "calls": "sum(i.calls)",
    "success": "coalesce(sum(i.calls) filter (where o.status between 200 and 299), 0)",
    "ended": "coalesce(sum(i.calls) filter (where o.call_id is not null), 0)",
    "total_ms": "coalesce(sum(o.total_ms::bigint * i.calls), 0)",
    "upstream_ms": "coalesce(sum(o.upstream_ms::bigint * i.calls), 0)",
    "request_bytes": "coalesce(sum(i.request_bytes), 0)",
    "response_bytes": "coalesce(sum(o.response_bytes), 0)",
    "fields_dropped": "coalesce(sum(o.fields_dropped), 0)",
    **{
        name: f"coalesce(sum(i.calls) filter (where o.total_ms <= {bound}), 0)"
        for name, bound in zip(WITHIN, BOUNDS, strict=True)
    },
}
