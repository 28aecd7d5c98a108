"""Are the database and the cache we were given fit to be built on? ``python -m lgsp.servers`` answers in one line."""

import re
import sys
from collections.abc import Mapping

import psycopg
import redis
from psycopg.conninfo import conninfo_to_dict

from lgsp.env import env

POSTGRESQL, REDIS = 15, (6, 2)
_SECONDS = 5
_REFUSED = "Máy chủ tại REDIS_URL không nhận mật khẩu. Sửa lại trong địa chỉ."


class Unfit(Exception):
    """What is wrong with a server and what to do, in one line."""


def database(address: str) -> None:
    """Raise :class:`Unfit` unless *address* names a PostgreSQL we can build tables in."""
    if not re.match(r"postgres(ql)?://", address):
        raise Unfit("DATABASE_URL phải có dạng postgresql://người-dùng:mật-khẩu@máy-chủ:cổng/tên.")
    try:
        place = _place(conninfo_to_dict(address))
    except psycopg.Error as error:
        raise Unfit(
            "DATABASE_URL viết chưa đúng. Dạng đúng: postgresql://người-dùng:mật-khẩu@máy-chủ:cổng/tên."
        ) from error
    try:
        with psycopg.connect(address, connect_timeout=_SECONDS) as connection:
            _judge(connection, place)
    except psycopg.OperationalError as error:
        raise Unfit(f"{_why(str(error), place)} (DATABASE_URL)") from error


def _place(parts: Mapping[str, object]) -> str:
    return f"{parts.get('host', 'localhost')}:{parts.get('port', 5432)}/{parts.get('dbname', '')}"


def _why(said: str, place: str) -> str:
    if "password authentication failed" in said or "no password supplied" in said:
        return f"PostgreSQL tại {place} không nhận tên hoặc mật khẩu. Sửa lại trong địa chỉ."
    if re.search(r'database ".*" does not exist', said):
        return f"PostgreSQL không có cơ sở dữ liệu {place}. Tạo nó (createdb) hoặc sửa tên trong địa chỉ."
    if "pg_hba.conf" in said:
        return f"PostgreSQL tại {place} không cho máy này vào. Thêm một dòng vào pg_hba.conf của máy chủ đó."
    return f"Không kết nối được PostgreSQL tại {place}. Kiểm tra máy chủ đang chạy, tên máy và cổng."


def _judge(connection: psycopg.Connection[tuple[object, ...]], place: str) -> None:
    version = connection.info.server_version // 10000
    if version < POSTGRESQL:
        raise Unfit(f"PostgreSQL tại {place} là bản {version}, cần từ bản {POSTGRESQL} (DATABASE_URL).")
    row = connection.execute(
        "select has_database_privilege(current_database(), 'CREATE'), has_schema_privilege('public', 'CREATE')"
    ).fetchone()
    may_extend, may_build = row or (False, False)
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise Unfit(f"Cơ sở dữ liệu {place} dùng bảng mã {encoding}, cần UTF8 (DATABASE_URL).")
    if not (may_extend and may_build):
        raise Unfit(
            f"Người dùng trong DATABASE_URL không được tạo bảng tại {place}. Cho người đó sở hữu cơ sở dữ liệu."
        )


def cache(address: str) -> None:
    """Raise :class:`Unfit` unless *address* names a server that speaks the Redis protocol we need."""
    try:
        with redis.Redis.from_url(
            address, socket_connect_timeout=_SECONDS, socket_timeout=_SECONDS, decode_responses=True
        ) as store:
            version = str(store.info("server")["redis_version"])
    except ValueError as error:
        raise Unfit("REDIS_URL phải có dạng redis://:mật-khẩu@máy-chủ:cổng/0.") from error
    except redis.ResponseError as error:
        if "DB index" in str(error):
            raise Unfit(
                "Máy chủ tại REDIS_URL không có cơ sở dữ liệu mang số ở cuối địa chỉ. Dùng số nhỏ hơn."
            ) from error
        raise Unfit(_REFUSED) from error
    except redis.AuthenticationError as error:
        raise Unfit(_REFUSED) from error
    except redis.RedisError as error:
        raise Unfit(
            "Không kết nối được máy chủ tại REDIS_URL. Kiểm tra máy chủ đang chạy, tên máy và cổng."
        ) from error
    if tuple(map(int, version.split(".")[:2])) < REDIS:
        raise Unfit(f"Máy chủ tại REDIS_URL là bản {version}, cần từ bản {'.'.join(map(str, REDIS))}.")


def main() -> int:
    """Judge both; status 1 and one line on the error stream for the first that is unfit."""
    try:
        database(env("DATABASE_URL"))
        cache(env("REDIS_URL"))
    except Unfit as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
