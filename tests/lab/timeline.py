# SPDX-License-Identifier: GPL-2.0-or-later
"""What followed what, and how long it took: aligned bars for a terminal, and the same as an SVG file."""

import html
import pathlib
from typing import NamedTuple

BLOCKS = " ▏▎▍▌▋▊▉█"
COLOURS = ("#4e79a7", "#f28e2b", "#76b7b2", "#e15759", "#59a14f", "#b07aa1", "#edc948", "#9c755f")
# What a letter takes in the picture, in pixels.
LETTER, TITLE_LETTER = 8.3, 10.5


class Span(NamedTuple):
    """A named stretch of time, in seconds from the chart's zero."""

    label: str
    began_s: float
    ended_s: float
    note: str = ""


def consecutive(marks: list[tuple[str, float]], zero: float) -> list[Span]:
    """Spans from moments: each ends at its mark and began at the one before, the first at zero."""
    found, before = [], 0.0
    for label, moment in marks:
        now = max(moment - zero, before)
        found.append(Span(label, before, now))
        before = now
    return found


def bar(began: float, ended: float, total: float, width: int) -> str:
    """A bar whose ends are exact to an eighth of a character (its start to one)."""
    scale = width / total if total > 0 else 0
    start = min(int(began * scale), width - 1)
    length = max(ended * scale - start, 0.125)
    whole, eighths = int(length), round((length - int(length)) * 8)
    return (" " * start + "█" * whole + (BLOCKS[eighths] if eighths else "")).rstrip().ljust(width)[:width]


def text(title: str, spans: list[Span], width: int = 48) -> str:
    """The chart for a terminal."""
    total = max((span.ended_s for span in spans), default=0)
    names = max((len(span.label) for span in spans), default=0)
    values = [f"{span.ended_s - span.began_s:6.2f} s" for span in spans]
    room = max(map(len, values), default=0)
    lines = [title]
    for span, value in zip(spans, values):
        lines.append(f"  {span.label.ljust(names)} │{bar(span.began_s, span.ended_s, total, width)}│ "
                     f"{value.rjust(room)}{'  ' + span.note if span.note else ''}")
    axis = "0 s" + f"{total:.1f} s".rjust(width - 3)
    return "\n".join([*lines, f"  {' ' * names} └{'─' * width}┘", f"  {' ' * names}  {axis}"])


def _step(total: float) -> float:
    for step in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800):
        if total / step <= 12:
            return step
    return total / 10


def _value(span: Span) -> str:
    """What stands behind a bar."""
    return f"{span.ended_s - span.began_s:.2f} s" + (f"  {span.note}" if span.note else "")


def _room(texts: list[str], letter: float, least: float) -> float:
    """Pixels for the longest of these; a letter is given what a digit of the widest usual font takes."""
    return max([least, *(letter * len(line) for line in texts)])


def svg(charts: list[tuple[str, list[Span]]]) -> str:
    """One SVG with a chart below the other; no script, no font of its own, readable without colours."""
    every = [span for _, spans in charts for span in spans]
    left = 26 + _room([span.label for span in every], LETTER, 164)
    right = 14 + _room([_value(span) for span in every], LETTER, 96)
    room, row, head = 680, 26, 58
    width = round(max(left + room + right, 32 + _room([title for title, _ in charts], TITLE_LETTER, 0)))
    parts, top = [], 10
    for title, spans in charts:
        total = max((span.ended_s for span in spans), default=0) or 1
        bottom = top + head + row * len(spans)
        parts.append(f'<text x="16" y="{top + 22}" class="t">{html.escape(title)}</text>')
        moment = 0.0
        while moment <= total * 1.0001:
            x = left + room * moment / total
            parts.append(f'<line x1="{x:.1f}" y1="{top + 46}" x2="{x:.1f}" y2="{bottom}" class="g"/>'
                         f'<text x="{x:.1f}" y="{top + 42}" class="a">{moment:g} s</text>')
            moment = round(moment + _step(total), 6)
        for number, span in enumerate(spans):
            y = top + head + row * number
            x = left + room * span.began_s / total
            size = max(room * (span.ended_s - span.began_s) / total, 2)
            parts.append(f'<text x="{left - 10:.1f}" y="{y + 15}" class="l">{html.escape(span.label)}</text>'
                         f'<rect x="{x:.1f}" y="{y}" width="{size:.1f}" height="{row - 8}" rx="2" '
                         f'fill="{COLOURS[number % len(COLOURS)]}"><title>{html.escape(span.label)}: '
                         f'{span.began_s:.3f} s to {span.ended_s:.3f} s</title></rect>'
                         f'<text x="{x + size + 6:.1f}" y="{y + 15}" class="v">{html.escape(_value(span))}</text>')
        top = bottom + 24
    style = ("text{font:13px sans-serif;fill:#222}.t{font-weight:bold;font-size:15px}.l{text-anchor:end}"
             ".a{text-anchor:middle;font-size:11px;fill:#666}.g{stroke:#ddd}.v{fill:#444}")
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" width="{width}" height="{top}" '
            f'role="img"><style>{style}</style><rect width="100%" height="100%" fill="#fff"/>'
            + "".join(parts) + "</svg>\n")


def write_svg(path: pathlib.Path, charts: list[tuple[str, list[Span]]]) -> None:
    path.write_text("<!-- SPDX-License-Identifier: GPL-2.0-or-later -->\n" + svg(charts), encoding="utf-8")
