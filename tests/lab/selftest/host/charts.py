# SPDX-License-Identifier: GPL-2.0-or-later
"""The timeline of a demo and of a soak: aligned in a terminal, well formed and whole as a picture."""

import xml.etree.ElementTree as ElementTree

from lab import each, timeline
from lab.timeline import Span

SVG = "{http://www.w3.org/2000/svg}"
# As wide as a font makes them that browsers use, in pixels: by the class of the text.
LETTERS = {"t": 10.4, "a": 7.0, "l": 8.2, "v": 8.2}

CHARTS = {
    "a usual one": [("Power loss of node1: 34.5 s", timeline.consecutive(
        [("detection", 106.0), ("fencing", 109.5), ("key fetch", 111.0), ("unlock", 112.25), ("mount", 113.0)], 100.0))],
    "an empty one": [("nothing happened", [])],
    "none": [],
    "one of no length": [("at once", [Span("all", 0, 0), Span("the rest", 0, 0)])],
    "long words": [("A title that says more about this run of the soak than anybody wants to read, seed 123456789 and so on, "
                    "and who began it", [Span("a label of more letters than a line has", 0, 1),
                                         Span("last", 9.5, 10, "no record for 123456.7 s, VIOLATION")])],
    "100 spans over hours": [("soak", [Span(f"{number} power-in-start", 108.0 * number, 108.0 * number + 107.5,
                                            "no record for 45.1 s") for number in range(100)])],
    "two": [("one", [Span("a", 0, 2)]), ("other", [Span("b", 0, 0.03)])],
}


def picture(host, charts) -> ElementTree.Element:
    path = host.directory / "timeline.svg"
    timeline.write_svg(path, charts)
    return ElementTree.parse(path).getroot()


def extent(element: ElementTree.Element) -> tuple[float, float]:
    """From where to where it reaches, from left to right."""
    x = float(element.get("x"))
    if element.tag == SVG + "rect":
        return x, x + float(element.get("width"))
    kind = element.get("class")
    size = LETTERS[kind] * len(element.text)
    return {"l": (x - size, x), "a": (x - size / 2, x + size / 2)}.get(kind, (x, x + size))


@each(*CHARTS)
def test_every_bar_and_word_of_a_picture_lies_inside_of_it(host, kind):
    root = picture(host, CHARTS[kind])
    _, _, width, height = map(float, root.get("viewBox").split())
    assert (width, height) == (float(root.get("width")), float(root.get("height"))) and width > 0 and height > 0
    shown = [element for element in root.iter() if element.tag in (SVG + "rect", SVG + "text") and element.get("x")]
    for element in shown:
        began, ended = extent(element)
        assert 0 <= began < ended <= width, (element.attrib, element.text, began, ended, width)
        assert 0 < float(element.get("y")) <= height - float(element.get("height", 0)), (element.attrib, height)
    bars = [element for element in shown if element.tag == SVG + "rect"]
    assert len(bars) == sum(len(spans) for _, spans in CHARTS[kind])
    assert len({element.get("y") for element in bars}) == len(bars), "two bars lie on each other"


@each(*CHARTS)
def test_the_lines_of_a_chart_in_a_terminal_are_aligned(host, kind):
    for title, spans in CHARTS[kind]:
        first, *rows, floor, axis = timeline.text(title, [span._replace(note="") for span in spans]).split("\n")
        assert first == title and len(rows) == len(spans)
        assert len({len(row) for row in rows}) <= 1, rows
        assert len({(row.index("│"), row.rindex("│")) for row in [*rows, floor.replace("└", "│").replace("┘", "│")]}) == 1
        assert len(axis) == len(floor) - 1 and axis.endswith(" s"), (floor, axis)
        for row in rows:
            assert row[row.index("│") + 1:row.rindex("│")].strip(), f"a bar that nobody sees: {row}"


def test_bars_are_as_long_as_what_they_stand_for(host):
    spans = [Span("half", 0, 5), Span("rest", 5, 10)]
    assert [timeline.bar(span.began_s, span.ended_s, 10, 20) for span in spans] == ["█" * 10 + " " * 10, " " * 10 + "█" * 10]
    bars = [element for element in picture(host, [("", spans)]).iter(SVG + "rect") if element.get("x")]
    assert [float(bar.get("width")) for bar in bars] == [340.0, 340.0]
    assert float(bars[1].get("x")) == float(bars[0].get("x")) + 340


def test_what_would_be_markup_is_a_word_in_a_picture(host):
    words = '<b> & "quoted" \'words\' </svg>'
    root = picture(host, [(words, [Span(words, 0, 1, words)])])
    texts = [element.text for element in root.iter(SVG + "text")]
    assert texts.count(words) == 2 and f"1.00 s  {words}" in texts, texts
    assert [element.text for element in root.iter(SVG + "title")] == [f"{words}: 0.000 s to 1.000 s"]
