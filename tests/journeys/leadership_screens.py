"""Screens of the leadership page, ranking, reports and coverage, as the leadership of the province sees them."""

from collections.abc import Iterator

from lgsp.demo.people import People

Shot = tuple[str, str, str, str]
LEADER, REPORTER, OFFICER = "lanh-dao.ubnd", "bao-cao.skhcn", "can-bo.snnmt"


def leadership_shots(people: People) -> Iterator[Shot]:
    """Give the pictures; what they show is what the demonstration left."""
    people.by_name(LEADER)
    yield "leadership", LEADER, "/dieu-hanh/", "Trang Điều hành"
    yield "leadership-year", LEADER, "/dieu-hanh/?ky=nam-nay", "Trang Điều hành: năm nay"
    yield "leadership-figure", LEADER, "/dieu-hanh/chi-tieu/luot-khai-thac/", "Một chỉ tiêu: cách tính và số liệu"
    yield "leadership-waiting", LEADER, "/dieu-hanh/can-chi-dao/", "Cần chỉ đạo"
    yield "ranking", LEADER, "/dieu-hanh/xep-hang/", "Xếp hạng cơ quan"
    yield "reports", LEADER, "/bao-cao/", "Báo cáo định kỳ"
    yield "report", LEADER, people.by_name(LEADER).open("/bao-cao/").link("Báo cáo tháng"), "Một báo cáo đã phát hành"
    yield "report-ask", REPORTER, "/bao-cao/lap/", "Lập báo cáo"
    yield "coverage", LEADER, "/quy-che/thuc-hien/", "Thực hiện quy chế"
    yield "clause", LEADER, "/quy-che/QC10.4/", "Một khoản: đáp ứng bằng gì"
    yield "statements", OFFICER, "/bao-cao-khai-thac/", "Báo cáo khai thác của cơ quan"
    yield "desk-campaigns", REPORTER, "/quan-tri/reports/campaign/", "Các đợt thu báo cáo khai thác tại Sở"
