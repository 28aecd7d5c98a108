"""The proxy a textbook would write: a synchronous DRF view, the ORM, a row a call, a client with kept connections."""

import hashlib
import os
from typing import Any
from urllib.parse import urlsplit

import django
import httpx2
from django.conf import settings
from django.core.wsgi import get_wsgi_application

_ADDRESS = urlsplit(os.environ["DATABASE_URL"])
if not settings.configured:
    settings.configure(
        SECRET_KEY="only for a bench",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "rest_framework"],
        MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
        REST_FRAMEWORK={"DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"]},
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": _ADDRESS.path.lstrip("/"),
                "USER": _ADDRESS.username,
                "PASSWORD": _ADDRESS.password,
                "HOST": _ADDRESS.hostname,
                "PORT": _ADDRESS.port,
                "CONN_MAX_AGE": None,
            }
        },
    )
    django.setup()

from django.db import connection, models  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework.authentication import BaseAuthentication  # noqa: E402
from rest_framework.exceptions import AuthenticationFailed  # noqa: E402
from rest_framework.permissions import BasePermission  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.views import APIView  # noqa: E402


class ApiKey(models.Model):
    """A caller."""

    digest = models.CharField(max_length=64, unique=True)
    system = models.CharField(max_length=64)
    objects: models.Manager["ApiKey"] = models.Manager()

    class Meta:
        app_label = "auth"
        db_table = "bench_textbook_key"

    def __str__(self) -> str:
        return self.system


class CallRecord(models.Model):
    """A call that was carried."""

    key = models.ForeignKey(ApiKey, on_delete=models.CASCADE)
    method = models.CharField(max_length=16)
    path = models.CharField(max_length=400)
    status = models.IntegerField()
    at = models.DateTimeField(auto_now_add=True)
    objects: models.Manager["CallRecord"] = models.Manager()

    class Meta:
        app_label = "auth"
        db_table = "bench_textbook_call"

    def __str__(self) -> str:
        return self.path


def _prepare() -> None:
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists bench_textbook_call, bench_textbook_key")
    with connection.schema_editor() as editor:
        editor.create_model(ApiKey)
        editor.create_model(CallRecord)
    ApiKey.objects.create(digest=_digest(os.environ["BENCH_KEY"]), system="bench")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class ByKey(BaseAuthentication):
    """The key in X-Api-Key, looked up by its digest."""

    def authenticate(self, request: Request) -> tuple[ApiKey, None]:
        try:
            return ApiKey.objects.get(digest=_digest(request.headers.get("X-Api-Key", ""))), None
        except ApiKey.DoesNotExist:
            raise AuthenticationFailed from None

    def authenticate_header(self, request: Request) -> str:
        return "X-Api-Key"


class Known(BasePermission):
    """Somebody with a key."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.user, ApiKey)


client = httpx2.Client(
    base_url=f"http://127.0.0.1:{os.environ['BENCH_UPSTREAM']}",
    timeout=30,
    limits=httpx2.Limits(max_connections=None, max_keepalive_connections=256),
)


class Proxy(APIView):
    """Carry a call and write that it was carried."""

    authentication_classes = (ByKey,)
    permission_classes = (Known,)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = client.get(request.get_full_path(), headers={"Accept": request.headers.get("Accept", "*/*")})
        CallRecord.objects.create(
            key=request.user, method=str(request.method), path=request.path[:400], status=answer.status_code
        )
        return HttpResponse(
            answer.content, status=answer.status_code, content_type=answer.headers.get("Content-Type", "")
        )


urlpatterns = [path("<path:rest>", Proxy.as_view())]
_prepare()
application = get_wsgi_application()
