"""Settings of the test run: the same services, faster passwords, plain static files."""

from lgsp.settings import *

MODE = "test"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# A new connection to a cold server process costs more than most requests: threads and live servers share, as they do
# in production, but wait for nobody and may take their time.
_POOL = {"min_size": 1, "max_size": 64, "timeout": 30}
DATABASES = {"default": {**DATABASES["default"], "CONN_HEALTH_CHECKS": False, "OPTIONS": {"pool": _POOL}}}
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]

# Nothing is collected for tests; the folder of sources is there for whitenoise to look at.
STATIC_ROOT = BASE_DIR / "static"
SILENCED_SYSTEM_CHECKS = ["staticfiles.E002"]
# Served from where they lie, the libraries' too: a real server in a test needs no collecting.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
