"""The data plane: keys of its log, its database role, where upstreams may lie."""

from django.core.exceptions import ImproperlyConfigured

from lgsp.env import env

LOG_KEYS = env("LGSP_LOG_KEYS") or "dev:bG9nLWtleS1vZi1kZXZlbG9wbWVudC1vbmx5LTMyLSE="
SIGNING_KEYS = env("LGSP_SIGNING_KEYS") or "dev:c2lnbmluZy1rZXktb2YtZGV2ZWxvcG1lbnQtMzJieXQ="
BROKER_DATABASE_URL = env("LGSP_BROKER_DATABASE_URL")
LOOPBACK_UPSTREAMS = env("LGSP_LOOPBACK_UPSTREAMS")
# Calls one worker takes at once; above it, 503.
BROKER_CALLS = env("LGSP_BROKER_CALLS")
# Bytes from which answers go out in gzip where the caller takes it; 0: never.
GZIP_FROM = env("LGSP_GZIP_FROM")
# Seconds our clock may differ from the database's, or go back, before nobody is admitted.
CLOCK_TOLERANCE = float(env("LGSP_CLOCK_TOLERANCE"))
# Age of the oldest row not sealed: from where keepers are alarmed, and from where no call is taken (P4).
SEALING_ALARM_SECONDS = float(env("LGSP_SEALING_ALARM_SECONDS"))
SEALING_LIMIT_SECONDS = 60.0 * env("LGSP_SEALING_LIMIT_MINUTES")
METRICS_NETWORKS = env("LGSP_METRICS_NETWORKS")
IDEMPOTENCY_HOURS = env("LGSP_IDEMPOTENCY_HOURS")
# Parts of the platform that no data service may lie at.
OWN_ADDRESSES = [env("DATABASE_URL"), BROKER_DATABASE_URL, env("REDIS_URL")]
# Answers sandbox calls of versions without a sandbox address of their own; "" where none runs.
EXAMPLE_SERVER = env("LGSP_EXAMPLE_SERVER").rstrip("/")
# Where the portal sends the calls that people try; the broker is mounted at the portal's own address.
DATA_URL = (env("LGSP_DATA_URL") or env("LGSP_PUBLIC_URL")).rstrip("/")
TRIES_PER_MINUTE = env("LGSP_TRIES_PER_MINUTE")
if LOOPBACK_UPSTREAMS and env.mode == "production":
    raise ImproperlyConfigured("LGSP_LOOPBACK_UPSTREAMS is for demonstrations and tests; unset it in production.")
