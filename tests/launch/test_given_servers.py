"""Servers the environment names are tried first; each fault is one line that says what to do."""

import os
import re
from urllib.parse import urlsplit

import psycopg
import pytest

from lgsp import servers

DATABASE, REDIS = os.environ["DATABASE_URL"], os.environ["REDIS_URL"]


def test_servers_that_fit_are_taken() -> None:
    servers.database(DATABASE)
    servers.cache(REDIS)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (re.sub(r":[^:@/]+@", ":sai@", DATABASE), "không nhận tên hoặc mật khẩu"),
        (f"{DATABASE}-khong-co", "không có cơ sở dữ liệu"),
        ("postgresql://a:b@127.0.0.1:1/lgsp", "Không kết nối được PostgreSQL tại 127.0.0.1:1/lgsp"),
        ("mysql://a:b@127.0.0.1/lgsp", "DATABASE_URL phải có dạng"),
        ("postgresql://[::x/lgsp", "DATABASE_URL viết chưa đúng"),
    ],
)
def test_an_unfit_database_is_told_in_one_line(address: str, said: str) -> None:
    with pytest.raises(servers.Unfit, match=re.escape(said)) as told:
        servers.database(address)
    assert "\n" not in str(told.value)
    assert (urlsplit(DATABASE).password or "") not in str(told.value)


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (re.sub(r":[^:@/]+@", ":sai@", REDIS), "không nhận mật khẩu"),
        (re.sub(r"//.*@", "//", REDIS), "không nhận mật khẩu"),
        (f"{REDIS.rsplit('/', 1)[0]}/99", "Dùng số nhỏ hơn"),
        ("redis://127.0.0.1:1/0", "Không kết nối được máy chủ tại REDIS_URL"),
        ("khong-phai-dia-chi", "REDIS_URL phải có dạng"),
    ],
)
def test_an_unfit_cache_is_told_in_one_line(address: str, said: str) -> None:
    with pytest.raises(servers.Unfit, match=re.escape(said)):
        servers.cache(address)


def test_a_server_too_old_is_told_with_the_version_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "POSTGRESQL", 99)
    monkeypatch.setattr(servers, "REDIS", (99, 0))
    with pytest.raises(servers.Unfit, match="cần từ bản 99 "):
        servers.database(DATABASE)
    with pytest.raises(servers.Unfit, match=r"cần từ bản 99\.0"):
        servers.cache(REDIS)


def test_a_database_that_cannot_hold_vietnamese_is_refused() -> None:
    with psycopg.connect(DATABASE, autocommit=True) as connection:
        connection.execute(
            "create database ascii_thu template template0 encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C'"
        )
        try:
            with pytest.raises(servers.Unfit, match="bảng mã SQL_ASCII, cần UTF8"):
                servers.database(f"{DATABASE.rsplit('/', 1)[0]}/ascii_thu")
        finally:
            connection.execute("drop database ascii_thu")
