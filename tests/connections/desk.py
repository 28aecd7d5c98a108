"""The staff rooms of a dossier as a browser sees them."""

from typing import Any

from django.test import Client
from django.urls import reverse

from tests.connections.conftest import Chain


def at(chain: Chain, action: str) -> str:
    """Return the address of a step's page."""
    return reverse(f"admin:connections_request_{action}", args=[chain.request.pk])


def working(chain: Chain) -> str:
    """Return the address of the working page."""
    return reverse("admin:connections_connectionrequest_change", args=[chain.request.pk])


def take(client: Client, chain: Chain, action: str, **fields: Any) -> None:
    """Open the page of a step, send its form, and land on the working page with a word of success."""
    assert client.get(at(chain, action)).status_code == 200
    answer = client.post(at(chain, action), fields, follow=True)
    assert answer.redirect_chain == [(working(chain), 302)]
    assert "Đã thực hiện" in answer.content.decode()
