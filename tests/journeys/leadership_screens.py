"""Screens of the leadership page, its figures and the ranking, as the leadership of the province sees them."""

from collections.abc import Iterator

from lgsp.demo.people import People

Shot = tuple[str, str, str, str]
LEADER = "lanh-dao.ubnd"


def leadership_shots(people: People) -> Iterator[Shot]:
    """Give the pictures; what they show is what the demonstration left."""
    people.by_name(LEADER)
    yield "leadership", LEADER, "/dieu-hanh/", "Trang Điều hành"
    yield "leadership-year", LEADER, "/dieu-hanh/?ky=nam-nay", "Trang Điều hành: năm nay"
    yield "leadership-figure", LEADER, "/dieu-hanh/chi-tieu/luot-khai-thac/", "Một chỉ tiêu: cách tính và số liệu"
    yield "leadership-waiting", LEADER, "/dieu-hanh/can-chi-dao/", "Cần chỉ đạo"
    yield "ranking", LEADER, "/dieu-hanh/xep-hang/", "Xếp hạng cơ quan"
