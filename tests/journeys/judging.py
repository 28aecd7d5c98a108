"""What every page must keep: no serious accessibility fault, no sideways scroll, nothing asked of other hosts."""

from collections.abc import Callable, Iterator, Sequence

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

Look = tuple[int, str]
# Width and theme. One load is judged in both: a page costs more to open than to look at.
SIZES: list[Look] = [(1280, "light"), (360, "dark")]
NARROW = SIZES[1]
# A row of a long list is like the rows above it: judging eight of them costs a quarter of judging a hundred.
REPEATED = {"exclude": [["tbody tr:nth-of-type(n+9)"]]}
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
JUDGE = "async (context) => (await axe.run(context, {resultTypes: ['violations']})).violations"


class Watch:
    """What one page asks of other hosts, and the errors its console tells, since it was last emptied."""

    def __init__(self, page: Page, base: str) -> None:
        self.foreign: list[str] = []
        self.errors: list[str] = []
        page.on(
            "request", lambda sent: None if sent.url.startswith((base, "data:")) else self.foreign.append(sent.url)
        )
        page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)

    def empty(self) -> None:
        """Forget what was seen so far."""
        self.foreign.clear()
        self.errors.clear()


def faults_of(
    page: Page, watch: Watch, address: str, looks: Sequence[Look] = (), keep: Callable[[Look], None] | None = None
) -> list[str]:
    """Open *address* and say what is wrong with it in each of the looks (as the page stands when none is named)."""
    watch.empty()
    answer = page.goto(address)
    assert answer is not None
    found = [f"answers {answer.status}"] if answer.status >= 500 else []
    for look in looks:
        show(page, look)
        found += [f"{look} {fault}" for fault in seen_on(page)]
        if keep is not None:
            keep(look)
    if not looks:
        found += seen_on(page)
    found += [f"asks {url}" for url in watch.foreign]
    found += [f"console: {text}" for text in watch.errors if f"status of {answer.status}" not in text]
    return [f"{address}: {fault}" for fault in found]


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
        if broken["impact"] in ("serious", "critical"):
            yield f"axe {broken['id']}: {broken['nodes'][0]['target']} ({len(broken['nodes'])})"
