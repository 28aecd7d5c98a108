"""The data plane: keys of its log, its database role, where upstreams may lie."""

from django.core.exceptions import ImproperlyConfigured

from lgsp.env import env

LOG_KEYS = env("LGSP_LOG_KEYS") or "dev:bG9nLWtleS1vZi1kZXZlbG9wbWVudC1vbmx5LTMyLSE="
SIGNING_KEYS = env("LGSP_SIGNING_KEYS") or "dev:c2lnbmluZy1rZXktb2YtZGV2ZWxvcG1lbnQtMzJieXQ="
BROKER_DATABASE_URL = env("LGSP_BROKER_DATABASE_URL")
LOOPBACK_UPSTREAMS = env("LGSP_LOOPBACK_UPSTREAMS")
# Parts of the platform that no data service may lie at.
OWN_ADDRESSES = [env("DATABASE_URL"), BROKER_DATABASE_URL, env("REDIS_URL")]
if LOOPBACK_UPSTREAMS and env.mode == "production":
    raise ImproperlyConfigured("LGSP_LOOPBACK_UPSTREAMS is for demonstrations and tests; unset it in production.")
