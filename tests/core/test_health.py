"""Whether the process lives and whether it may serve; the part that fails is named."""

import pytest
from django.test import Client


@pytest.mark.parametrize("path", ["/readyz", "/healthz"])
def test_ready_names_every_part(db: None, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 200
    assert answer.json()["checks"] == {"database": "ok", "redis": "ok", "migrations": "ok"}
    assert "no-store" in answer["Cache-Control"]
    assert Client().head(path).status_code == 200


def test_a_part_that_is_gone_is_503_by_name_while_the_process_lives(db: None, settings: object) -> None:
    gone = {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}
    settings.CACHES = {**settings.CACHES, "default": gone}
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["status"] == "unavailable"
    assert answer.json()["checks"]["redis"] == "failed"
    assert answer.json()["checks"]["database"] == "ok"
    assert Client().get("/livez").json() == {"status": "ok"}
