"""What was sent to a server and what was acknowledged, and the check of what it holds after a kill.

A row carries (writer, n); a writer counts n upwards and never sends one twice, so "exactly once"
can be asked of the server. A unit is what one commit makes visible: rows [first, first + rows) of
one writer in each of its tables. A wipe is a TRUNCATE: units committed before it are gone whole.

Rows are kept as ranges of writer * STEP + n: a hundred thousand rows are a handful of ranges.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, field

from firn_process import PATIENCE

STEP = 1 << 40
Ranges = list[tuple[int, int]]
NEVER = math.inf

# The ranges of a table; one that overlaps another tells of a doubled row.
ISLANDS = """SELECT min(k), max(k) + 1, count(*) FROM (
               SELECT k, k - row_number() OVER (ORDER BY k) AS island FROM (
                 SELECT CAST(writer AS bigint) * 1099511627776 + n AS k FROM {relation}) AS keys
             ) AS numbered GROUP BY island"""


def merged(ranges: Ranges) -> Ranges:
    """The same numbers in as few ranges as can be."""
    out: Ranges = []
    for first, end in sorted(ranges):
        if out and first <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((first, end))
    return out


def without_doubles(table: str, islands: list[tuple[int, int, int]]) -> Ranges:
    """The ranges of an ISLANDS query, when no row is there twice."""
    ranges = merged([(first, end) for first, end, _ in islands])
    rows = sum(count for *_, count in islands)
    doubled = rows - sum(end - first for first, end in ranges)
    assert doubled == 0, f"{table}: {doubled} rows are there twice"
    return ranges


def held_of(ranges: Ranges, first: int, end: int) -> int:
    """How many of [first, end) the ranges hold."""
    return sum(max(0, min(end, b) - max(first, a)) for a, b in ranges)


@dataclass(eq=False)
class Unit:
    tables: tuple[str, ...]
    writer: int
    first: int
    rows: int
    sent_at: int
    ended_at: float = NEVER
    acknowledged: bool = False
    refused: bool = False  # the server said that nothing of it was written

    @property
    def range(self) -> tuple[int, int]:
        return self.writer * STEP + self.first, self.writer * STEP + self.first + self.rows

    def __str__(self) -> str:
        return (f"writer {self.writer} rows {self.first} to {self.first + self.rows - 1} "
                f"of {', '.join(self.tables)}")


@dataclass(eq=False)
class Wipe:
    """A TRUNCATE; `unit`: rows that the same transaction wrote after it."""

    tables: tuple[str, ...]
    writer: int
    sent_at: int
    ended_at: float = NEVER
    acknowledged: bool = False
    unit: Unit | None = None


@dataclass(eq=False)
class Made:
    """A table that comes and goes: its states, the second one while a statement's end is unknown.

    A state is (name, columns), or None while there is no such table. Its folder keeps the name it
    was made with.
    """

    folder: str
    states: list[tuple[str, tuple[str, ...]] | None] = field(default_factory=lambda: [None])


@dataclass
class Ledger:
    """Of all writers, over all lives of a server."""

    fixed: tuple[str, ...]
    made: dict[str, Made] = field(default_factory=dict)
    kept: dict[str, Ranges] = field(default_factory=dict)  # at the last check, by table
    ever: dict[str, Ranges] = field(default_factory=dict)  # may be in the lake, by table
    acknowledged: int = 0
    refused: int = 0
    rows: int = 0
    wipes: int = 0
    ddl: int = 0
    _units: list[Unit] = field(default_factory=list)  # since the last check
    _wipes: list[Wipe] = field(default_factory=list)
    _next: dict[int, int] = field(default_factory=dict)
    _time: int = 0
    _changed: threading.Condition = field(default_factory=threading.Condition)

    # --- what writers tell ----------------------------------------------------------------------

    def begin(self, tables: tuple[str, ...], writer: int, rows: int) -> Unit:
        with self._changed:
            first = self._next.get(writer, 0)
            self._next[writer] = first + rows
            self._time += 1
            unit = Unit(tables, writer, first, rows, self._time)
            self._units.append(unit)
        return unit

    def begin_wipe(self, tables: tuple[str, ...], writer: int, unit: Unit | None = None) -> Wipe:
        with self._changed:
            self._time += 1
            wipe = Wipe(tables, writer, self._time, unit=unit)
            self._wipes.append(wipe)
        return wipe

    def acknowledge(self, *done: Unit | Wipe) -> None:
        with self._changed:
            self._time += 1
            for one in done:
                one.ended_at, one.acknowledged = self._time, True
                if isinstance(one, Unit):
                    self.acknowledged += 1
                    self.rows += one.rows * len(one.tables)
                else:
                    self.wipes += 1
            self._changed.notify_all()

    def refuse(self, writer: int) -> None:
        """Nothing came of what the writer began last and was not told the end of."""
        with self._changed:
            self.refused += 1
            for unit in self._units:
                if unit.writer == writer and not unit.acknowledged:
                    unit.refused = True
            self._wipes = [wipe for wipe in self._wipes
                           if wipe.writer != writer or wipe.acknowledged]

    def wait_for(self, units: int, seconds: float = 60) -> bool:
        """Waits until so many units are acknowledged in all."""
        with self._changed:
            return self._changed.wait_for(lambda: self.acknowledged >= units,
                                          seconds * PATIENCE)

    # --- what a server holds --------------------------------------------------------------------

    def check_tables(self, there: dict[str, tuple[str, ...]]) -> dict[str, str]:
        """Settles which made tables there are. `there`: columns by name. Table by its name now."""
        names = {table: table for table in self.fixed}
        for made in list(self.made.values()):
            seen = list({(state[0], there[state[0]]) for state in made.states
                         if state is not None and state[0] in there})
            assert len(seen) <= 1, f"one table under two names: {seen}"
            now = seen[0] if seen else None
            assert now in made.states, f"{made.folder}: want one of {made.states}, is {now}"
            made.states = [now]
            if now is None:
                self._forget(made.folder)
            else:
                names[made.folder] = now[0]
        strangers = set(there) - set(names.values())
        assert not strangers, f"tables that nobody made, or that were dropped: {strangers}"
        return names

    def _forget(self, folder: str) -> None:
        del self.made[folder]
        self.kept.pop(folder, None)
        self._units = [unit for unit in self._units if unit.tables != (folder,)]

    def check_rows(self, held: dict[str, Ranges]) -> None:
        """Every acknowledged row is held, no unit in part, nothing that was not sent."""
        present = {unit: self._is_present(unit, held) for unit in self._units}
        for unit, there in present.items():
            assert not (unit.refused and there), f"refused and there: {unit}"
            if unit.acknowledged and not there:
                assert self._may_be_wiped(unit), f"acknowledged and not there: {unit}"
            if there:
                wiped = [wipe for wipe in self._wipes if wipe.acknowledged
                         and set(wipe.tables) & set(unit.tables) and wipe.sent_at > unit.ended_at]
                assert not wiped, f"truncated and there: {unit}"
        for wipe in self._wipes:
            if not wipe.acknowledged:
                self._check_unknown_wipe(wipe, held, present)
        for table, ranges in held.items():
            kept = self.kept.get(table, [])
            if not any(wipe.acknowledged for wipe in self._wipes_of(table)):
                rows = sum(held_of(ranges, *one) for one in kept)
                whole = sum(end - first for first, end in kept)
                wiped = self._wipes_of(table) and rows == 0
                assert wiped or rows == whole, f"{table}: {whole - rows} rows are lost"
                kept = [] if wiped else kept
            else:
                kept = []
            want = merged(kept + [unit.range for unit, there in present.items()
                                  if there and table in unit.tables])
            assert ranges == want, f"{table}: rows that nobody sent, or that were truncated"
        self._settle(held, present)

    def _is_present(self, unit: Unit, held: dict[str, Ranges]) -> bool:
        parts = sum(held_of(held[table], *unit.range) for table in unit.tables)
        whole = unit.rows * len(unit.tables)
        assert parts in (0, whole), f"{parts} of {whole} rows of one commit: {unit}"
        return parts > 0

    def _wipes_of(self, table: str) -> list[Wipe]:
        return [wipe for wipe in self._wipes if table in wipe.tables]

    def _may_be_wiped(self, unit: Unit) -> bool:
        return any(wipe.ended_at > unit.sent_at and wipe.unit is not unit
                   for table in unit.tables for wipe in self._wipes_of(table))

    def _check_unknown_wipe(self, wipe: Wipe, held: dict[str, Ranges],
                            present: dict[Unit, bool]) -> None:
        """It came to pass for all that was acknowledged before it, or for nothing."""
        others = [one for table in wipe.tables for one in self._wipes_of(table)
                  if one is not wipe and one.acknowledged]
        if any(one is not wipe and not one.acknowledged
               for table in wipe.tables for one in self._wipes_of(table)):
            return  # each of them may have taken what the other is asked for
        last = max((one.ended_at for one in others), default=0)
        seen = {there for unit, there in present.items()
                if unit.acknowledged and set(unit.tables) <= set(wipe.tables)
                and last < unit.sent_at and unit.ended_at < wipe.sent_at}
        if not others:
            seen |= {held_of(held[table], *one) > 0 for table in wipe.tables
                     for one in self.kept.get(table, [])}
        assert len(seen) <= 1, f"a TRUNCATE came to pass in part: {wipe.tables}"
        if wipe.unit is not None and present[wipe.unit]:
            assert True not in seen, f"rows of a TRUNCATE that did not come to pass: {wipe.unit}"

    def _settle(self, held: dict[str, Ranges], present: dict[Unit, bool]) -> None:
        for table, ranges in held.items():
            self.kept[table] = ranges
            # A unit whose end is unknown may have been committed and truncated.
            sent = [unit.range for unit, there in present.items()
                    if table in unit.tables and not unit.refused
                    and (there or unit.acknowledged or self._may_be_wiped(unit))]
            self.ever[table] = merged(self.ever.get(table, []) + sent)
        self._units.clear()
        self._wipes.clear()

    # --- what the lake holds --------------------------------------------------------------------

    def certain(self) -> list[str]:
        """Tables that the lake must have, by folder, whatever the unknown statements did."""
        return [*self.fixed, *(folder for folder, made in self.made.items()
                               if None not in made.states)]

    def check_left(self, table: str, ranges: Ranges, reader: str) -> None:
        """The lake as a crash left it: whole units, of those that were ever sent."""
        sent = []
        for unit in self._units:
            if table in unit.tables and not unit.refused:
                first, end = unit.range
                assert held_of(ranges, first, end) in (0, unit.rows), f"{reader}: part of {unit}"
                sent.append(unit.range)
        known = merged(self.ever.get(table, []) + sent)
        for first, end in ranges:
            assert held_of(known, first, end) == end - first, (
                f"{reader}: {table} has rows that were never committed: {first} to {end}")

    def check_lake(self, table: str, ranges: Ranges, reader: str) -> None:
        """The lake after a flush of everything, nobody at work."""
        assert ranges == self.kept.get(table, []), f"{reader}: {table} is not what the server has"
