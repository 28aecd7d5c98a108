"""What every page must keep: no serious accessibility fault, no sideways scroll, nothing asked of other hosts."""

from collections.abc import Callable, Iterator, Sequence

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, Response

Look = tuple[int, str]
# Width and theme. One load is judged in both: a page costs more to open than to look at.
SIZES: list[Look] = [(1280, "light"), (360, "dark")]
NARROW = SIZES[1]
# A row of a long list is like the rows above it: judging eight of them costs a quarter of judging a hundred. In the
# staff rooms every row is a tbody of its own.
REPEATED = {"exclude": [["tbody tr:nth-of-type(n+9)"], ["tbody:nth-of-type(n+9)"]]}
# Resizing is seen a frame later; the staff rooms read the theme when they begin and when it is chosen; what moves to
# its new colour is judged where it arrives.
SETTLE = """async () => {
  const frame = () => new Promise(requestAnimationFrame);
  const room = window.Alpine && Alpine.$data(document.documentElement);
  if (room && room.switchTheme) {
    const chosen = room.adminTheme;
    room.switchTheme("");
    room.switchTheme(chosen);
    await Alpine.nextTick();
  }
  await frame();
  await frame();
  for (const moving of document.getAnimations()) {
    if (moving.effect.getComputedTiming().endTime !== Infinity) moving.finish();
  }
}"""
SCROLL = "[document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]"
# What a rule finds is as grave as the rule says: those of which nothing serious can come are left out.
JUDGE = """async (context) => {
  const grave = new Set(["serious", "critical"]);
  const rules = {};
  for (const rule of axe._audit.rules) if (rule.impact && !grave.has(rule.impact)) rules[rule.id] = {enabled: false};
  const found = await axe.run(context, {rules, resultTypes: ["violations"]});
  return found.violations.filter((broken) => grave.has(broken.impact));
}"""


class Watch:
    """What one page asks of other hosts, how its server answers, and the errors its console tells."""

    def __init__(self, page: Page, base: str) -> None:
        self.asked: list[str] = []
        self.told: list[str] = []
        self.statuses: set[int] = set()
        page.on("request", lambda sent: None if sent.url.startswith((base, "data:")) else self.asked.append(sent.url))
        page.on("console", lambda line: self.told.append(line.text) if line.type == "error" else None)
        page.on("response", self._answered)

    def _answered(self, answer: Response) -> None:
        if answer.request.is_navigation_request() or answer.request.method == "POST":
            self.statuses.add(answer.status)

    def faults(self) -> list[str]:
        """Say what was wrong since this was last asked; that a page or what was sent is refused is no fault."""
        own = tuple(f"status of {status}" for status in self.statuses)
        found = [f"asks {url}" for url in self.asked] + [
            f"answers {status}" for status in self.statuses if status >= 500
        ]
        found += [f"console: {text}" for text in self.told if not any(said in text for said in own)]
        for kept in (self.asked, self.told, self.statuses):
            kept.clear()
        return found


def faults_of(
    page: Page, watch: Watch, address: str, looks: Sequence[Look] = (), keep: Callable[[Look], None] | None = None
) -> list[str]:
    """Open *address* and say what is wrong with it in each of the looks (as the page stands when none is named)."""
    watch.faults()
    page.goto(address)
    found: list[str] = []
    for look in looks:
        show(page, look)
        found += [f"{look} {fault}" for fault in seen_on(page)]
        if keep is not None:
            keep(look)
    if not looks:
        found += seen_on(page)
    return [f"{address}: {fault}" for fault in found + watch.faults()]


def on_a_telephone(page: Page, keep: Callable[[], None]) -> list[str]:
    """Say what is wrong with the page somebody stands on when it is narrow and dark; give it back as it was."""
    size = page.viewport_size
    assert size is not None
    show(page, NARROW)
    found = [f"{page.url} {NARROW}: {fault}" for fault in seen_on(page)]
    keep()
    page.set_viewport_size(size)
    page.emulate_media(color_scheme="light")
    page.evaluate(SETTLE)
    return found


def show(page: Page, look: Look) -> None:
    """Let the open page stand as it would have been opened in this look."""
    width, scheme = look
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.evaluate(SETTLE)


def seen_on(page: Page) -> Iterator[str]:
    """Say what is wrong with the page as it stands."""
    wide, seen = page.evaluate(SCROLL)
    if wide > seen:
        yield f"scrolls sideways: {wide} > {seen}"
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    for broken in page.evaluate(JUDGE, REPEATED):
        yield f"axe {broken['id']}: {broken['nodes'][0]['target']} ({len(broken['nodes'])})"
