"""Applications, middleware, templates, static files."""

from pathlib import Path

from lgsp.env import env

BASE_DIR = Path(__file__).resolve().parents[2]
DATA_DIR = (BASE_DIR / env("LGSP_DATA_DIR")).resolve()
MODE = env.mode
PRODUCT_VERSION = "0.1.0"
PUBLIC_URL = env("LGSP_PUBLIC_URL")
SUPPORT_CONTACT = env("LGSP_SUPPORT_CONTACT")

INSTALLED_APPS = [
    "core.apps.CoreConfig",
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "core.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "auditlog",
    "guardian",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django_structlog",
    "csp",
    "audit",
    "accounts",
    "catalog",
    "connections",
    "broker",
    "incidents",
    "reports",
    "lgsp",
]

MIDDLEWARE = [
    "core.web.middleware.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.web.middleware.ActingMiddleware",
    "accounts.web.middleware.SessionRulesMiddleware",
    "core.web.middleware.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
    "reports.web.last_use.LastUseMiddleware",
]

ROOT_URLCONF = "lgsp.urls"
ASGI_APPLICATION = "lgsp.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.web.context.portal",
                "accounts.web.context.person",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]
FORM_RENDERER = "core.forms.PortalRenderer"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "files"
UPLOAD_MAX_BYTES = env("LGSP_UPLOAD_MAX_MB") * 1024 * 1024
# One form may bring several files.
REQUEST_MAX_BYTES = 5 * UPLOAD_MAX_BYTES + 1024 * 1024
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "core.web.static_files.PortalStaticStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
# Packed already, or (source maps) fetched by developers only.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["jpg", "jpeg", "png", "gif", "webp", "gz", "br", "zip", "woff", "woff2", "map"]
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

EMAIL_SUBJECT_PREFIX = "[LGSP] "
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("LGSP_EMAIL_FROM")
EMAIL_TIMEOUT = env("LGSP_EMAIL_TIMEOUT")
# Without a server letters wait in the outbox; development keeps them as files.
EMAIL_CONFIGURED = bool(env("LGSP_EMAIL_URL")) or MODE != "production"
vars().update(env.email("LGSP_EMAIL_URL"))
if not env("LGSP_EMAIL_URL"):
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"
