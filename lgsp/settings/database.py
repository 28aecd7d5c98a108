"""PostgreSQL and the shared cache."""

from lgsp.env import env

_given = env.database("DATABASE_URL")
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        **_given,
        "ATOMIC_REQUESTS": False,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **_given.get("OPTIONS", {}),  # sslmode and its like, from the address
            "pool": {"min_size": 1, "max_size": 16, "timeout": 10},
            # A forgotten transaction holds back vacuum and with it the broker's gates (decisions, 32).
            "options": "-c statement_timeout=15000 -c idle_in_transaction_session_timeout=30000",
        },
    }
}
DATABASES["default"]["ENGINE"] = "django.db.backends.postgresql"

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env("REDIS_URL"),
        "KEY_PREFIX": "lgsp",
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
