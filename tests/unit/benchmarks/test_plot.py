"""The plot of docs/performance.md."""

from xml.etree import ElementTree

from benchmarks.peers.plot import Line, plot

SVG = "{http://www.w3.org/2000/svg}"


def test_each_line_is_drawn_and_named() -> None:
    lines = [Line("a < b", ((10, 1.0), (1000, 90.0))), Line("ours", ((10, 0.5),), bold=True)]
    drawn = ElementTree.fromstring(plot(lines, "hosts", "seconds"))

    assert len(drawn.findall(f"{SVG}polyline")) == 2
    assert {"a < b", "ours", "hosts", "seconds"} <= {text.text for text in drawn.iter(f"{SVG}text")}


def test_points_stand_where_their_logarithm_is() -> None:
    drawn = ElementTree.fromstring(plot([Line("one", ((10, 1), (100, 10), (1000, 100)))], "x", "y"))
    line = drawn.find(f"{SVG}polyline")
    assert line is not None
    points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]

    assert points[1] == ((points[0][0] + points[2][0]) / 2, (points[0][1] + points[2][1]) / 2)
