"""Charts: values become heights, what is missing is not zero, texts cannot become markup, nothing is inline style."""

import re
from itertools import pairwise

import pytest
from django.template import Context, Template
from lxml import etree

from core.charts import Chart, Series, chart_svg, table_twin
from core.charts.hatching import ground, strokes
from core.charts.scale import nice_scale

SVG = "{http://www.w3.org/2000/svg}"
MONTHS = tuple(f"{month:02d}/2026" for month in range(1, 13))


def drawn(chart: Chart, **how) -> etree._Element:
    return etree.fromstring(chart_svg(chart, **how))


def bars(root: etree._Element) -> dict[str, dict[str, float]]:
    """Return each filled box by what it says."""
    found = {}
    for part in root.iter(f"{SVG}rect"):
        title = part.find(f"{SVG}title")
        if title is not None:
            found[title.text] = {name: float(part.get(name)) for name in ("x", "y", "width", "height")}
    return found


def one(kind: str, *values: float | None, labels: tuple[str, ...] = (), unit: str = "") -> Chart:
    return Chart("thu", "Thử", kind, labels or MONTHS[: len(values)], (Series("A", values),), unit)


def test_heights_follow_values_and_a_gap_is_not_a_zero() -> None:
    found = bars(drawn(one("bars", 100.0, 50.0, None, 0.0)))
    assert set(found) == {"01/2026 · A: 100", "02/2026 · A: 50", "04/2026 · A: 0"}
    assert found["01/2026 · A: 100"]["height"] == pytest.approx(2 * found["02/2026 · A: 50"]["height"], abs=0.2)
    assert 0 < found["04/2026 · A: 0"]["height"] < 2
    feet = {round(box["y"] + box["height"]) for box in found.values()}
    assert len(feet) == 1


def test_stacked_bars_stand_on_one_another() -> None:
    chart = Chart("s", "Chồng", "stacked", ("a", "b"), (Series("M", (3, None)), Series("N", (1, 2))))
    found = bars(drawn(chart))
    assert found["a · N: 1"]["y"] + found["a · N: 1"]["height"] == pytest.approx(found["a · M: 3"]["y"], abs=0.11)
    assert found["b · N: 2"]["height"] == pytest.approx(2 * found["a · N: 1"]["height"], abs=0.2)
    assert chart.totals() == (4, 2)


def test_a_line_is_broken_where_there_is_no_data() -> None:
    root = drawn(one("line", 1.0, 2.0, None, 4.0, 3.0, None, 5.0))
    assert [part.get("d").count("L") for part in root.iter(f"{SVG}path")] == [1, 1]
    assert len(list(root.iter(f"{SVG}circle"))) == 5


def test_names_too_long_to_stand_lie_and_keep_their_full_text() -> None:
    names = ("Ủy ban nhân dân xã Nà Hang, phường An Tường và các đơn vị trực thuộc", "Sở Y tế", "Sở Khoa học")
    root = drawn(one("bars", 4.0, None, 2.0, labels=names), width=340)
    texts = [part for part in root.iter(f"{SVG}text") if part.find(f"{SVG}title") is not None]
    assert texts[0].find(f"{SVG}title").text == names[0]
    assert texts[0].find(f"{SVG}title").tail.endswith("…")
    found = bars(root)
    assert found[f"{names[0]} · A: 4"]["width"] == pytest.approx(2 * found["Sở Khoa học · A: 2"]["width"], abs=0.2)
    assert not any("Sở Y tế ·" in said for said in found)
    _left, _top, width, height = map(float, root.get("viewBox").split())
    for part in root.iter(f"{SVG}rect"):
        assert float(part.get("x")) + float(part.get("width")) <= width
        assert float(part.get("y")) + float(part.get("height")) <= height


@pytest.mark.parametrize("for_print", [False, True])
@pytest.mark.parametrize("kind", ["bars", "line", "stacked"])
def test_text_of_people_stays_text(kind: str, for_print: bool) -> None:
    evil = '</title><script>alert(1)</script>&"\x00\u202e'
    chart = Chart('x" onload="', evil, kind, (evil, "b"), (Series(evil, (1.5, 2)), Series("b", (None, 3))), evil)
    svg = chart_svg(chart, for_print=for_print)
    root = etree.fromstring(svg)
    assert "<script" not in svg
    assert " style=" not in svg
    assert not [name for part in root.iter() for name in part.attrib if name.startswith("on")]
    assert root.find(f"{SVG}title").text == '</title><script>alert(1)</script>&"'


def test_a_page_gets_classes_and_paper_its_own_greys() -> None:
    chart = Chart("k", "K", "stacked", MONTHS, (Series("M", (1.0,) * 12), Series("N", (2.0,) * 12)))
    page, paper = chart_svg(chart), chart_svg(chart, for_print=True)
    assert "#" not in page
    assert 'class="chart-fill chart-1"' in page
    assert "class=" not in paper
    # Tiles of a repeated pattern show seams in print (core/charts/hatching.py).
    assert "pattern" not in paper
    assert "url(" not in paper
    assert {part.get("fill") for part in etree.fromstring(paper).iter(f"{SVG}rect")} == {"#333333", "#ffffff"}
    assert 'font-family="Tinos"' in paper


@pytest.mark.parametrize("box", [(0, 0, 11, 11), (7.3, 2.2, 40, 1.5), (3, 5, 1.5, 90), (10, 10, 54, 120)])
def test_hatches_stay_inside_their_area_and_leave_none_bare(box: tuple[float, float, float, float]) -> None:
    left, top, width, height = box
    for series in (1, 3, 4):
        drawn = strokes(box, series)
        places = [tuple(map(float, pair.split())) for pair in re.findall(r"[ML]([\d.]+ [\d.]+)", drawn)]
        assert places
        assert all(
            left - 0.06 <= x <= left + width + 0.06 and top - 0.06 <= y <= top + height + 0.06 for x, y in places
        )
    assert [strokes(box, series) for series in (0, 2, 5)] == ["", "", ""]
    assert len({ground(series) for series in range(6)}) == 4


def test_a_picture_says_itself_in_words() -> None:
    root = drawn(one("bars", 1234567.0, None, 0.5, unit="lượt"))
    assert root.get("role") == "img"
    named = [root.find(f"*[@id='{name}']").text for name in root.get("aria-labelledby").split()]
    assert named[0] == "Thử"
    assert "cao nhất 1.234.567 lượt (01/2026), thấp nhất 0,5 lượt (03/2026)" in named[1]


def test_without_any_value_it_says_so_and_never_zero() -> None:
    for chart in (one("bars", None, None), Chart("t", "Trống", "line", (), ())):
        svg = chart_svg(chart)
        assert "Chưa có số liệu kỳ này" in svg
        assert "<rect" not in svg


def test_labels_left_out_do_not_run_into_each_other() -> None:
    root = drawn(one("line", *map(float, range(60)), labels=tuple(f"{day:02d}/11" for day in range(60))), width=340)
    places = [
        (float(part.get("x")), part.text)
        for part in root.iter(f"{SVG}text")
        if part.get("text-anchor") == "middle" and "/11" in (part.text or "")
    ]
    assert len(places) >= 4
    assert all(after[0] - before[0] >= 30 for before, after in pairwise(places))


@pytest.mark.parametrize(
    ("low", "high", "whole", "ticks"),
    [
        (0, 10, True, [0, 5, 10]),
        (0, 1, True, [0, 1]),
        (0, 0, True, [0, 1]),
        (0, 98.7, False, [0, 25, 50, 75, 100]),
        (0, 1_012_345, True, [0, 500_000, 1_000_000, 1_500_000]),
        (-4, 6, True, [-5, 0, 5, 10]),
    ],
)
def test_axes_have_nice_steps(low: float, high: float, whole: bool, ticks: list[float]) -> None:
    assert nice_scale(low, high, whole=whole).ticks() == ticks


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(ValueError, match="one value a label"):
        Chart("a", "A", "bars", ("x", "y"), (Series("A", (1,)),))
    with pytest.raises(ValueError, match="at most"):
        one("bars", *[1.0] * 63, labels=tuple(map(str, range(63))))


def test_every_chart_on_a_page_has_its_table() -> None:
    chart = one("bars", 1234.0, None, unit="lượt")
    assert [cells for _label, cells in table_twin(chart).rows] == [
        (("A", "1.234 lượt"),),
        (("A", "Chưa có số liệu"),),
    ]
    html = Template("{% load charts %}{% chart_figure chart %}").render(Context({"chart": chart}))
    assert html.count("<svg") == 1
    assert "1.234 lượt</td>" in html
    assert "Xem bảng số liệu" in html
