"""API addresses about the caller and the description of the API."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from accounts.api import me

urlpatterns = [
    path("me", me.Me.as_view(), name="api-me"),
    path("schema", SpectacularAPIView.as_view(), name="schema"),
]
