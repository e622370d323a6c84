"""Small SVG pictures of measures: bars of firn and its controls, queries beside a control, and all
that must be. They stand on any background: text is dark on light and light on dark."""

from __future__ import annotations

import math
from typing import NamedTuple
from xml.sax.saxutils import escape

from measures import Goal, Measure

WIDTH = 760
LABELS = 150  # where bars begin
PLOT = WIDTH - LABELS - 80  # the longest bar; values stand in a column behind it
BAR, STEP = 14, 20
FIRN, OTHER, MUST, MISSED = "#3b82f6", "#9aa5b4", "#d97706", "#dc2626"
STYLE = """<style>
text { font: 12px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #57606a }
.head { font-weight: 600 }
.small { font-size: 11px }
.must { fill: #b45309 }
.axis { stroke: #8c959f; stroke-width: 1 }
@media (prefers-color-scheme: dark) { text { fill: #b1bac4 } .must { fill: #e0a040 } }
</style>"""


class Place(NamedTuple):
    """A logarithmic axis around 1."""

    least: float
    most: float
    left: float
    width: float

    def at(self, value: float) -> float:
        value = min(max(value, self.least), self.most)
        share = math.log(value / self.least) / math.log(self.most / self.least)
        return self.left + self.width * share


def number(value: float) -> str:
    """Three digits that count: 0.0123, 4.57, 131, 26,100."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if abs(value) >= 100:
        digits = max(0, int(math.log10(abs(value))) - 3)
        return f"{round(value, -digits):,.0f}"
    return f"{value:.3g}"


def text(x: float, y: float, said: str, kind: str = "", anchor: str = "start") -> str:
    kind = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{kind} text-anchor="{anchor}">{escape(said)}</text>'


def bar(x: float, y: float, width: float, color: str) -> str:
    return (f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{BAR}" rx="2" '
            f'fill="{color}"/>')


def line(x: float, top: float, bottom: float, color: str, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="4 3"' if dashed else ""
    return (f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}" stroke="{color}" '
            f'stroke-width="1.5"{dash}/>')


def picture(height: float, parts: list[str], title: str) -> str:
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
            f'viewBox="0 0 {WIDTH} {height:.0f}" role="img">\n<title>{escape(title)}</title>\n'
            f"{STYLE}\n" + "\n".join(parts) + "\n</svg>\n")


def cut(said: str, most: int) -> str:
    return said if len(said) <= most else said[:most - 1] + "…"


def musts(measure: Measure) -> list[Goal]:
    return [goal for goal in measure.goals if not goal.dream]


def bars(measures: list[Measure], title: str) -> str:
    """Every measure with a scale of its own; dashed, what firn must come to."""
    parts: list[str] = []
    y = 6.0
    for measure in measures:
        lines = [(goal, goal.bound * (measure.median(goal.of) if goal.of else 1))
                 for goal in musts(measure)]
        most = max([measure.median(side) for side in measure.figures] +
                   [value for _, value in lines]) or 1
        parts.append(text(0, y + 12, measure.what.strip(), "head"))
        better = "less is better" if measure.lower_is_better else "more is better"
        parts.append(text(WIDTH, y + 12, f"{measure.unit}, {better}", "small", "end"))
        y += STEP + 2
        top = y
        for side in measure.figures:
            value = measure.median(side)
            parts.append(text(LABELS - 8, y + 11, side, anchor="end"))
            parts.append(bar(LABELS, y, PLOT * value / most, FIRN if side == "firn" else OTHER))
            parts.append(text(WIDTH, y + 11, number(value), anchor="end"))
            y += STEP
        bottom = y - 2
        for goal, value in lines:
            x = LABELS + PLOT * value / most
            parts.append(line(x, top - 3, bottom, MUST, True))
            anchor = "end" if x > LABELS + PLOT / 2 else "start"
            parts.append(text(x, y + 10, f"must {measure.says(goal)}", "small must", anchor))
            y += 14
        y += 14
    return picture(y, parts, title)


def queries(details: list[Measure], side: str, called: str) -> str:
    """Each query's time over its time on another side, around 1; what that side is called."""
    title = f"each query's time over that of {called}"
    ratios = [detail.ratio(side) for detail in details]
    least, most = min(0.2, *ratios), max(5.0, *ratios)
    place = Place(least / 1.1, most * 1.1, LABELS, PLOT - 40)
    parts = [text(0, 16, title, "head")]
    y = 30.0
    top = y
    for detail, ratio in zip(details, ratios):
        begin, end = sorted((place.at(1), place.at(ratio)))
        parts.append(text(LABELS - 8, y + 11, detail.what, anchor="end"))
        parts.append(bar(begin, y, end - begin, FIRN if ratio <= 1 else OTHER))
        parts.append(text(max(end, place.at(1)) + 6, y + 11, f"{ratio:.2f} ×", "small"))
        parts.append(text(WIDTH, y + 11, f"{number(detail.median())} ms", "small", "end"))
        y += STEP - 2
    parts.append(line(place.at(1), top - 4, y, MUST))
    parts.append(text(place.at(1), y + 14, f"as fast as {called}", "small must", "middle"))
    parts.append(text(LABELS, y + 14, "firn is faster", "small"))
    parts.append(text(LABELS + PLOT - 40, y + 14, "slower", "small", "end"))
    return picture(y + 24, parts, title)


def overview(measures: list[Measure], title: str) -> str:
    """All that must be, by how many times it is met; the line is just met."""
    goals = [(measure, goal) for measure in measures if not measure.detail
             for goal in musts(measure)]
    left = 415
    place = Place(0.1, 10, left, WIDTH - left - 60)
    parts = [text(0, 16, title, "head")]
    y = 30.0
    top = y
    for measure, goal in goals:
        score, met = measure.score(goal), measure.met(goal)
        begin, end = sorted((place.at(1), place.at(max(score, 1e-9))))
        parts.append(text(0, y + 11, measure.row, "small head"))
        parts.append(text(36, y + 11, cut(measure.what.strip(), 42), "small"))
        parts.append(text(left - 10, y + 11, cut(measure.says(goal), 26), "small", "end"))
        parts.append(bar(begin, y, end - begin, FIRN if met else MISSED))
        said = f"{score:.2f}" if score < 10 else "10 +"
        at, anchor = (end + 5, "start") if met else (begin - 5, "end")
        parts.append(text(at, y + 11, said, "small", anchor))
        y += STEP - 2
    parts.append(line(place.at(1), top - 4, y, MUST))
    parts.append(text(place.at(1), y + 14, "must", "small must", "middle"))
    parts.append(text(place.at(0.1), y + 14, "missed", "small"))
    parts.append(text(WIDTH - 60, y + 14, "better than it must be", "small", "end"))
    return picture(y + 24, parts, title)
