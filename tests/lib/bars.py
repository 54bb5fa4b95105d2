# SPDX-License-Identifier: GPL-2.0-or-later
"""What a bench on a cluster is held to: each bar is a result of its own."""

import json
import os
import pathlib

from runner.report import Report, say


class Bars:
    """Judges ratios; `target` is a file for all of them, or what tests/run --json has asked for."""

    def __init__(self, report: Report, target: str | None) -> None:
        self._report = report
        self._target = target
        self._rows: list[dict] = []

    def hold(self, title: str, ratio: float, *, least: float | None = None, most: float | None = None,
             unjudged: str = "", **more) -> None:
        """A ratio and its bar; with `unjudged` what keeps it from being judged here: then it is only told."""
        bar = f"at least {least:g}" if least is not None else f"at most {most:g}"
        # As it is shown: nobody could see why 1.501 fails as 1.50.
        shown = round(ratio, 2)
        good = shown >= least if least is not None else shown <= most
        excused = not good and unjudged
        words = f"{title}: {shown:.2f} ({bar}{'; not judged: ' + unjudged if excused else ''})"
        say(f"{'ok    ' if good else 'told  ' if excused else 'FAILED'} {words}")
        self._report.record(words, good or bool(excused))
        self._rows.append({"title": title, "bar": bar, "ratio": shown, **more})

    def save(self) -> None:
        """A file of one's own is written anew; that of a whole run already has what other benches found."""
        shared = os.environ.get("LUKS_SSM_BENCH_JSON")
        path = pathlib.Path(self._target or shared or os.devnull)
        old = json.loads(path.read_text(encoding="utf-8")) if not self._target and shared and path.exists() else []
        path.write_text(json.dumps(old + self._rows, indent=1) + "\n", encoding="utf-8")
