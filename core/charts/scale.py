"""From values to places: an axis with nice steps. Pure."""

import math
from dataclasses import dataclass

_NICE, _NICE_WHOLE = (1, 2, 2.5, 5, 10), (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from *low* to *high* in steps of *step*."""

    low: float
    high: float
    step: float

    def share(self, value: float) -> float:
        """Return how far along the axis *value* stands, 0 to 1."""
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[float]:
        """Return the marks of the axis, both ends with it."""
        count = round((self.high - self.low) / self.step)
        return [round(self.low + place * self.step, 10) for place in range(count + 1)]


def nice_scale(low: float, high: float, *, whole: bool, wanted: int = 4) -> Scale:
    """Return an axis that holds *low* and *high* in about *wanted* steps of 1, 2, 2.5 or 5 times a power of ten.

    With *whole* the steps are whole numbers: nobody counts half a dossier.
    """
    span = (high - low) or 1.0
    power = 10.0 ** math.floor(math.log10(span / wanted))
    nice = _NICE_WHOLE if whole else _NICE
    step = next(power * factor for factor in nice if power * factor * wanted >= span * (1 - 1e-9))
    if whole:
        step = max(1.0, float(math.ceil(step)))
    bottom, top = math.floor(low / step) * step, math.ceil(high / step) * step
    return Scale(bottom, top if top > bottom else bottom + step, step)
