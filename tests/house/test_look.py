"""The look keeps its promises: contrast in both themes, bytes, nothing inline, patterns and forms that render."""

import gzip
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django import forms
from django.contrib.staticfiles import finders
from django.core.paginator import Paginator
from django.template import Context, Template
from django.template.loader import render_to_string
from django.test import RequestFactory

from core.forms import PortalForm
from core.problems import PROBLEMS

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
TOKENS = (ROOT / "static" / "css" / "tokens.css").read_text()
_COLOUR = re.compile(r"--([a-z-]+): (#[0-9a-f]{6});")

# (what is seen, what it lies on, least contrast): WCAG 2.2 AA, 1.4.3 for text and 1.4.11 for parts of controls.
TEXT_PAIRS = [
    *[(ink, ground) for ink in ("ink", "ink-soft", "brand", "brand-deep") for ground in ("paper", "panel")],
    *[("ink", tint) for tint in ("brand-tint", "yours-tint", "done-tint", "wrong-tint", "quiet-tint")],
    *[("brand", tint) for tint in ("brand-tint", "yours-tint", "done-tint", "wrong-tint")],
    *[(kind, f"{kind}-tint") for kind in ("yours", "done", "wrong", "quiet")],
    *[(kind, ground) for kind in ("yours", "done", "wrong", "quiet") for ground in ("paper", "panel")],
    ("brand-deep", "brand-tint"),
    ("on-brand", "brand"),
    ("on-brand", "brand-deep"),
    ("on-wrong", "wrong"),
    ("on-head", "head"),
    ("head-soft", "head"),
]
PART_PAIRS = [
    *[("edge", ground) for ground in ("paper", "panel")],
    *[("focus", ground) for ground in ("paper", "panel", "brand-tint", "yours-tint", "wrong-tint")],
    *[(kind, "paper") for kind in ("brand", "done", "yours", "wrong")],
    ("on-head", "head"),
    ("head-soft", "head"),
]


def blocks() -> dict[str, dict[str, str]]:
    """Return the colours of each theme block of tokens.css: light, dark by device, dark by choice."""
    light, rest = TOKENS.split("@media screen and (prefers-color-scheme: dark)")
    device, rest = rest.split('@media screen {\n  :root[data-theme="dark"]')
    chosen = rest.split("/* Type")[0]
    return {
        "light": dict(_COLOUR.findall(light)),
        "dark": dict(_COLOUR.findall(device)),
        "chosen": dict(_COLOUR.findall(chosen)),
    }


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb`` as WCAG defines it."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_both_dark_blocks_and_the_light_one_name_the_same_colours() -> None:
    themes = blocks()
    assert themes["dark"] == themes["chosen"]
    assert themes["dark"].keys() == themes["light"].keys()
    assert len(themes["light"]) >= 20


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    ("seen", "ground", "least"), [(*pair, 4.5) for pair in TEXT_PAIRS] + [(*pair, 3.0) for pair in PART_PAIRS]
)
def test_contrast_of_a_pair(theme: str, seen: str, ground: str, least: float) -> None:
    colours = blocks()[theme]
    assert contrast(colours[seen], colours[ground]) >= least


def test_every_colour_of_the_stylesheets_is_a_token() -> None:
    known = set(re.findall(r"--([a-z-]+):", TOKENS))
    for name in ("portal.css", "print.css"):
        sheet = (ROOT / "static" / "css" / name).read_text()
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b(?=[;\s])", sheet)
        used = {token for token in re.findall(r"var\(--([a-z-]+)", sheet) if not token.startswith("bs-")}
        assert used <= known


def test_first_view_stays_within_its_bytes() -> None:
    def packed(path: str) -> int:
        return len(gzip.compress(Path(str(finders.find(path))).read_bytes(), 9))

    own = ["css/tokens.css", "css/portal.css", "css/print.css", "js/portal.js", "icons/sprite.svg", "icons/logo.svg"]
    assert sum(map(packed, [*own, "django_htmx/htmx-2.min.js"])) <= 45 * 1024
    assert packed("vendor/bootstrap-5.3.9/bootstrap.min.css") <= 32 * 1024
    assert (ROOT / "static" / "js" / "portal.js").stat().st_size < 5000
    assert (ROOT / "static" / "icons" / "logo.svg").stat().st_size <= 8 * 1024


class _Inline(HTMLParser):
    """Collects what a strict content security policy refuses."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: list[str] = []
        self.headings = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = dict(attrs)
        self.headings += tag == "h1"
        if "id" in names:
            self.ids.append(str(names["id"]))
        if tag == "style" or "style" in names or (tag == "script" and "src" not in names):
            self.found.append(tag)
        self.found += [name for name in names if name.startswith("on")]


def read(html: str) -> _Inline:
    parser = _Inline()
    parser.feed(html)
    return parser


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_template_has_no_inline_script_or_style(path: Path) -> None:
    assert read(path.read_text()).found == []


def test_gallery_shows_every_pattern() -> None:
    html = render_to_string("patterns/gallery.html")
    page = read(html)
    assert page.headings == 1
    assert page.found == []
    assert len(page.ids) == len(set(page.ids))
    for name in ("page-head", "stepper", "your-work", "tag-wrong", "facts", "timeline", "filter-bar", "data-table"):
        assert f'class="{name}' in html or f" {name}" in html, name
    for text in ("Bước 3/6 – Thiết lập môi trường", "Quá hạn 2 ngày làm việc", "Dữ liệu mẫu, chưa phải mã chính thức"):
        assert text in html
    assert "{{" not in html
    assert "{%" not in html


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "429", "500", "503"])
def test_error_page_says_what_happened_without_any_context(name: str) -> None:
    html = render_to_string(f"errors/{name}.html", {"request_id": "0190-thu"})
    page = read(html)
    assert page.headings == 1
    assert page.found == []
    assert '<code id="ma-yeu-cau">0190-thu</code>' in html
    assert "Về trang chủ" in html


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "404.html", "500.html"])
def test_djangos_own_error_names_lead_to_ours(name: str) -> None:
    assert "LGSP Tuyên Quang" in render_to_string(name)


def test_problem_page_says_cause_and_remedy() -> None:
    html = render_to_string("errors/problem.html", {"problem": PROBLEMS["gone"], "detail": PROBLEMS["gone"].cause})
    assert str(PROBLEMS["gone"].cause) in html
    assert str(PROBLEMS["gone"].remedy) in html


def test_pagination_keeps_the_rest_of_the_address() -> None:
    request = RequestFactory().get("/", {"q": "đất đai", "page": "2", "org": ["1", "2"]})
    page = Paginator(range(100), 20).page(2)
    html = Template("{% load patterns %}{% pagination page %}").render(Context({"request": request, "page": page}))
    assert "?q=%C4%91%E1%BA%A5t+%C4%91ai&amp;page=3&amp;org=1&amp;org=2" in html
    assert "21–40 trong 100 kết quả" in html


def test_block_tags_escape_what_they_are_given_once() -> None:
    source = "{% load patterns %}{% page_head title=title %}<a href='#'>{{ title }}</a>{% endpage_head %}"
    html = Template(source).render(Context({"title": "<b>A & B</b>"}))
    assert "<h1>&lt;b&gt;A &amp; B&lt;/b&gt;</h1>" in html
    assert "<a href='#'>&lt;b&gt;A &amp; B&lt;/b&gt;</a>" in html


class SampleForm(PortalForm):
    """A form with one field of each sort that matters here."""

    name = forms.CharField(label="Tên hệ thống", help_text="Ghi đầy đủ.")
    unit = forms.ChoiceField(label="UBND xã", choices=[("1", "Một")], widget=forms.RadioSelect)
    begins = forms.DateField(label="Ngày bắt đầu", required=False)
    secret = forms.CharField(label="Mật khẩu", widget=forms.PasswordInput, strip=False, required=False)


def test_typed_text_becomes_nfc_but_passwords_stay_as_typed() -> None:
    decomposed = "\u0110a\u0302\u0301t"
    form = SampleForm({"name": f"  {decomposed} ", "unit": "1", "secret": decomposed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["name"] == "\u0110\u1ea5t"
    assert form.cleaned_data["secret"] == decomposed


def test_errors_say_what_to_do_and_lead_to_the_field() -> None:
    form = SampleForm({"begins": "31/02/2026"})
    html = str(form)
    assert '<a href="#id_name">Nhập tên hệ thống</a>' in html
    assert '<a href="#id_unit_0">Chọn UBND xã</a>' in html
    assert "Ngày phải theo dạng ngày/tháng/năm, ví dụ 19/03/2026" in html
    assert 'value="31/02/2026"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_error"' in html
    assert html.count('aria-invalid="true"') >= 2
    assert " required" not in html


def test_only_optional_fields_are_marked_and_in_words() -> None:
    html = str(SampleForm())
    assert html.count("(không bắt buộc)") == 2
    assert "error-summary" not in html


def test_a_text_the_form_set_itself_stays() -> None:
    class Own(PortalForm):
        name = forms.CharField(label="Tên", error_messages={"required": "Nhập tên như trong quyết định"})

    assert Own({}).errors["name"] == ["Nhập tên như trong quyết định"]
