"""What a row of the benchmark is: figures of firn and its controls, and what they must come to."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import Callable, Iterable

# Fewer checkpoints and more connections than PostgreSQL's defaults give; the rest are those.
POSTGRES_SETTINGS = ("shared_buffers=1GB", "max_wal_size=8GB", "max_connections=600")


@dataclass(frozen=True)
class Goal:
    """A bound on firn's figure: `bound` times the figure of the side `of`, or `bound` itself."""

    bound: float
    of: str = ""
    dream: bool = False


@dataclass
class Measure:
    """Figures by side, "firn" first, one for each round; `control` is shown beside firn's."""

    row: str
    what: str
    unit: str
    figures: dict[str, list[float]]
    control: str = ""
    lower_is_better: bool = False
    goals: tuple[Goal, ...] = ()
    detail: bool = False  # one of many, on the page in a picture only

    def median(self, side: str = "firn") -> float:
        return statistics.median(self.figures[side])

    def ratio(self, side: str = "") -> float:
        """firn's median over another side's."""
        control = self.median(side or self.control)
        return self.median() / control if control else float("inf")

    def value(self, goal: Goal) -> float:
        """What the goal bounds."""
        return self.ratio(goal.of) if goal.of else self.median()

    def met(self, goal: Goal) -> bool:
        value = self.value(goal)
        return value <= goal.bound if self.lower_is_better else value >= goal.bound

    def score(self, goal: Goal) -> float:
        """How many times as good as the goal asks for; 1 is just met."""
        value = self.value(goal)
        if self.lower_is_better:
            return goal.bound / value if value else float("inf")
        return value / goal.bound if goal.bound else float("inf")

    def says(self, goal: Goal) -> str:
        """The goal in words: "≤ 1.3 × limit", "≥ 1,000 MB/s"."""
        sign = "≤" if self.lower_is_better else "≥"
        if goal.of:
            return f"{sign} {goal.bound:.3g} × {goal.of}"
        return f"{sign} {goal.bound:,g} {self.unit}"

    def as_json(self) -> dict:
        return {"row": self.row, "what": self.what, "unit": self.unit, "control": self.control,
                "lower_is_better": self.lower_is_better, "detail": self.detail,
                "figures": {side: [round(one, 4) for one in values]
                            for side, values in self.figures.items()},
                "medians": {side: round(self.median(side), 4) for side in self.figures},
                "goals": [{"bound": goal.bound, "of": goal.of, "dream": goal.dream,
                           "value": round(self.value(goal), 4), "met": self.met(goal)}
                          for goal in self.goals]}

    @classmethod
    def from_json(cls, told: dict) -> Measure:
        goals = tuple(Goal(one["bound"], one["of"], one["dream"]) for one in told["goals"])
        return cls(told["row"], told["what"], told["unit"], told["figures"], told["control"],
                   told["lower_is_better"], goals, told["detail"])


@dataclass(frozen=True)
class Row:
    """A row: what it is called, what it does, and the function that measures it on a Stage."""

    name: str
    title: str
    measure: Callable[..., list[Measure]] = field(compare=False)


ROWS: dict[str, Row] = {}


def row(name: str):
    """Makes a function a row; the first line of its docstring is the row's title."""
    def enter(function):
        ROWS[name] = Row(name, function.__doc__.splitlines()[0].rstrip("."), function)
        return function
    return enter


def interleaved(rounds: int, **sides: Callable[[], float]) -> dict[str, list[float]]:
    """Runs every side once a round, so that all meet the same noise."""
    figures: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, measure in sides.items():
            figures[name].append(measure())
    return figures


def geometric_mean(values: Iterable[float]) -> float:
    return statistics.geometric_mean(list(values))
