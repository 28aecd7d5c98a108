"""Settings of the test run: the same services, faster passwords, plain static files."""

from lgsp.settings import *

MODE = "test"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
DATABASES = {"default": {**DATABASES["default"], "OPTIONS": {}}}
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]

# Nothing is collected for tests; the folder of sources is there for whitenoise to look at.
STATIC_ROOT = BASE_DIR / "static"
SILENCED_SYSTEM_CHECKS = ["staticfiles.E002"]
# Served from where they lie, the libraries' too: a real server in a test needs no collecting.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
