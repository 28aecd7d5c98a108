"""Staff change how reports are made: templates, closing rules."""

from audit.models import Fact
from reports.models import ClosingRule, ReportTemplate
from tests.reports.conftest import As


def test_staff_change_the_schedule_as_data(visit: As) -> None:
    template = ReportTemplate.objects.get(kind="month")
    address = f"/quan-tri/reports/reporttemplate/{template.pk}/change/"
    officer = visit("report_officer")
    form = officer.get(address).context["adminform"].form
    typed = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    typed["starts_on"] = template.starts_on.strftime("%d/%m/%Y")
    wrong = officer.post(address, {**typed, "due_day": "31"})
    assert wrong.status_code == 200
    assert ReportTemplate.objects.get(kind="month").due_day == 1
    assert officer.post(address, {**typed, "due_day": "4"}).status_code == 302
    assert ReportTemplate.objects.get(kind="month").due_day == 4
    assert Fact.objects.filter(deed="report_template.saved").order_by("-pk")[0].after == {"due_day": 4}
    assert visit("inspector").get(address).status_code == 200
    assert visit("inspector").post(address, {**typed, "due_day": "9"}).status_code == 403
    assert ReportTemplate.objects.get(kind="month").due_day == 4


def test_staff_add_a_closing_rule_and_its_code_stays(visit: As) -> None:
    officer, address = visit("report_officer"), "/quan-tri/reports/closingrule/"
    given = {"code": "ngay-20", "name": "Đến ngày 20", "closing_day": "20", "basis": "Kiểm thử", "active": "on"}
    assert officer.post(f"{address}add/", {**given, "closing_day": "40"}).status_code == 200
    assert officer.post(f"{address}add/", given).status_code == 302
    rule = ClosingRule.objects.get(code="ngay-20")
    assert "Ngày 20" in officer.get(address).content.decode()
    change = f"{address}{rule.pk}/change/"
    assert officer.post(change, {**given, "code": "khac", "closing_day": "21"}).status_code == 302
    rule.refresh_from_db()
    assert (rule.code, rule.closing_day) == ("ngay-20", 21)
    assert visit("inspector").post(change, given).status_code == 403
    assert "Đến ngày 20" in officer.get("/bao-cao/lap/").content.decode()
