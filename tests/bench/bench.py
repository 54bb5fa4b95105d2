# SPDX-License-Identifier: GPL-2.0-or-later
"""Ratios against what people run today, both sides in turn in one run on one machine, medians.

Everything runs inside the machine, where an absolute time means nothing: only ratios are printed as results, and the bars
of the project are shown beside them.  Without KVM the machine's clock counts instructions (tests/lab/accel.py); a whole run on
that clock holds the bars of CPU time, and each run those of memory.  Nothing here fails because a machine was slow; a command
that fails is an error.
"""

import json
import os
import pathlib
import statistics
import subprocess
import time

from lab import accel

HERE = pathlib.Path(__file__).resolve().parent
HOME = "/usr/local/lib/bench"
INSTANCE = "bench"
DIRECTORY = "/srv/bench"
PATH = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
AGENT = "/usr/lib/ocf/resource.d/luks-ssm/volume"
HEARTBEAT = "/usr/lib/ocf/resource.d/heartbeat"


def rounds() -> int:
    """At least 20 for figures that are quoted; 2 in the run of everything, which only proves that they work."""
    return int(os.environ.get("LUKS_SSM_BENCH_ROUNDS", "20" if os.environ.get("LUKS_SSM_WHOLE") else "2"))


def compile_tools(m) -> None:
    """measure and the empty program, compiled on the host like the programs they are compared with."""
    for name in ("measure", "empty"):
        binary = m.directory / name
        subprocess.run(["gcc", "-O2", "-o", str(binary), str(HERE / f"{name}.c")], check=True)
        m.write(f"{HOME}/{name}", binary.read_bytes(), 0o755)
    m.write(f"{HOME}/by-hand.sh", (HERE / "by-hand.sh").read_text(), 0o755)


def environment_file(m, name: str, variables: dict) -> str:
    """The environment of one side, in the form that measure reads; the word that begins its command."""
    m.write(f"{HOME}/{name}.env", "".join(f"{key}={value}\n" for key, value in variables.items()))
    return f"@{HOME}/{name}.env"


class Figures:
    """Medians of what `measure` printed, by name."""

    def __init__(self, text: str) -> None:
        self.rows: dict[str, list[tuple[int, int, int, int]]] = {}
        for line in text.splitlines():
            name, code, wall_us, cpu_us, peak_kib = line.split("\t")
            self.rows.setdefault(name, []).append((int(code), int(wall_us), int(cpu_us), int(peak_kib)))

    def codes(self, name: str) -> set[int]:
        return {row[0] for row in self.rows[name]}

    def peak_mib(self, name: str) -> float:
        """The most that one process of this command had in memory, in any round."""
        return max(row[3] for row in self.rows[name]) / 1024

    def median(self, name: str, column: int) -> float:
        return statistics.median(row[column] for row in self.rows[name])

    def ratio(self, above: tuple, below: tuple, without: tuple = ()) -> dict:
        """Sum of medians over sum of medians, for wall and CPU time; WITHOUT (more, less): what the
        first of these two costs beyond the second is taken off both sides."""
        found = {}
        for what, column in (("wall", 1), ("cpu", 2)):
            top = sum(self.median(name, column) for name in above)
            bottom = sum(self.median(name, column) for name in below)
            if without:
                shared = self.median(without[0], column) - self.median(without[1], column)
                top, bottom = top - shared, bottom - shared
            found[what] = top / bottom if bottom else float("inf")
        return found


def measure(m, pairs: list[tuple[str, str]], count: int, timeout: float) -> Figures:
    """COUNT rounds.  A clock that counts instructions falls behind, by minutes on a busy host, and AWS refuses old signatures:
    it is set before each round."""
    words = [f"{HOME}/measure", "1"]
    for name, command in pairs:
        words += [name, command]
    deadline, text = time.monotonic() + timeout, ""
    for _ in range(count):
        m.sh(["date", "-u", "-s", f"@{time.time():.3f}"])
        text += m.run(words, timeout=max(deadline - time.monotonic(), 1), check=True).out
    return Figures(text)


def show(results: list, title: str, ratio: dict, bar: str, wanted: dict) -> None:
    """One line a figure, and a row for --json."""
    results.append({"title": title, "bar": bar, **{key: round(value, 2) for key, value in ratio.items()}})
    print("  " + title + ": " + ", ".join(f"{key} {ratio[key]:.2f}" for key in wanted) + f" ({bar})", flush=True)


def counted() -> bool:
    """Whether CPU time is worth an assertion: enough rounds, and a clock that counts instructions, or is real."""
    clock = os.environ.get("LAB_ACCEL") or ("kvm" if accel.usable() else "tcg")
    return bool(os.environ.get("LUKS_SSM_WHOLE")) and clock in ("count", "kvm")


def hold(figure: float, *, least: float = 0, most: float = float("inf")) -> None:
    """The figure keeps to its bar."""
    assert least <= figure <= most, f"{figure:.2f}, which is not between {least:g} and {most:g}"


def save(results: list) -> None:
    target = os.environ.get("LUKS_SSM_BENCH_JSON")
    if target:
        old = json.loads(pathlib.Path(target).read_text()) if pathlib.Path(target).exists() else []
        pathlib.Path(target).write_text(json.dumps(old + results, indent=1) + "\n")
