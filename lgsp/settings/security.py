"""Who gets in, how long they stay, and what a page may load."""

from csp.constants import NONE, SELF

from lgsp.env import env

SECRET_KEY = env("LGSP_SECRET_KEY") or "development-only-key-that-production-refuses-to-start-with-0123456789"
FIELD_KEYS = env("LGSP_FIELD_KEYS") or "dev:ZGV2ZWxvcG1lbnQtb25seS1rZXktMzItYnl0ZXMtISE="
DEBUG = False
ALLOWED_HOSTS = env("LGSP_ALLOWED_HOSTS") or ["127.0.0.1", "localhost", "testserver"]
SECURE = env("LGSP_PUBLIC_URL").startswith("https://")
TRUSTED_PROXIES = env("LGSP_TRUSTED_PROXIES")

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
    "guardian.backends.ObjectPermissionBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "workbench"
LOGOUT_REDIRECT_URL = "home"

ANONYMOUS_USER_NAME = None  # guardian's stand-in row is not a person
GUARDIAN_RAISE_403 = False

# Sign-in: django-allauth carries it, axes limits it (decisions, 29).
ACCOUNT_ADAPTER = "accounts.web.adapters.PortalAccountAdapter"
MFA_ADAPTER = "accounts.web.adapters.PortalMFAAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_FORMS = {
    "login": "accounts.web.signin_forms.SignInForm",
    "reset_password": "accounts.web.signin_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.web.signin_forms.NewPasswordForm",
    "change_password": "accounts.web.signin_forms.ChangePasswordForm",
    "reauthenticate": "accounts.web.signin_forms.ReauthenticateForm",
}
MFA_FORMS = {
    "authenticate": "accounts.web.mfa_forms.SecondStepForm",
    "reauthenticate": "accounts.web.mfa_forms.SecondStepAgainForm",
    "activate_totp": "accounts.web.mfa_forms.ActivateTotpForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "LGSP Tuyên Quang"
MFA_TOTP_TOLERANCE = 1
# An accepted invitation has proven the address; allauth's own verification is not used.
MFA_ALLOW_UNVERIFIED_EMAIL = True

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_USERNAME_FORM_FIELD = "login"
AXES_USERNAME_CALLABLE = "accounts.web.signin.typed_address"
AXES_SENSITIVE_PARAMETERS = ["code", "oldpassword", "password1", "password2", "csrfmiddlewaretoken"]
AXES_LOCKOUT_CALLABLE = "accounts.web.signin.locked_out"
AXES_CLIENT_IP_CALLABLE = "core.web.addresses.client_address"
AXES_VERBOSE = False
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False

# Public look-up of a dossier: wrong codes from one address or on one number, and for how long it is closed then.
LOOKUP_TRIES = env("LGSP_LOOKUP_TRIES")
LOOKUP_LOCK_SECONDS = env("LGSP_LOOKUP_LOCK_MINUTES") * 60

SESSION_IDLE_SECONDS = env("LGSP_SESSION_IDLE_MINUTES") * 60
SESSION_IDLE_SECONDS_APPROVER = env("LGSP_SESSION_IDLE_MINUTES_APPROVER") * 60
SESSION_COOKIE_AGE = env("LGSP_SESSION_HOURS") * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# Where a form sent after the session ended is kept until the person has signed in again (``core.web.typed``).
TYPED_KEPT = ["/ket-noi/", "/su-co/bao/", "/vi-pham/", "/bao-cao-khai-thac/"]
SESSION_COOKIE_NAME = "lgsp_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "core.web.errors.csrf_failed"
CSRF_TRUSTED_ORIGINS = [env("LGSP_PUBLIC_URL")]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
USE_X_FORWARDED_HOST = False
if SECURE:
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^api/", r"^livez$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "script-src": [SELF],
        "style-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
