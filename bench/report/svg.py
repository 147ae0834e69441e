"""Charts by hand: axes, panels and marks as SVG text, coloured by the page's classes s1 to s6 (page.py).

A chart is drawn twice, for a phone and for a desk, in the units of CSS pixels that it is shown in, so that its letters
stay legible; the page shows one of them.
"""
import math
from html import escape

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power(base, exponent):
    if exponent in (0, 1):
        return str(base**exponent)
    return f"{base}{str(exponent).translate(SUPERSCRIPTS)}"


def short(value):
    """Three digits that count."""
    if value == 0:
        return "0"
    if 1e-3 <= abs(value) < 1e5:
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:.2e}"


class Axis:
    """Where values lie between 0 and 1, and which of them are named."""

    def __init__(self, label, low, high, ticks, transform=float):
        self.label, self.ticks, self.transform = label, ticks, transform
        self.low, self.high = transform(low), transform(high)

    def __call__(self, value):
        return (self.transform(value) - self.low) / ((self.high - self.low) or 1)


def linear(label, low, high, step=None):
    if step is None:
        rough = (high - low) / 5
        scale = 10 ** math.floor(math.log10(rough))
        step = next(scale * m for m in (1, 2, 2.5, 5, 10) if scale * m >= rough)
    first = math.ceil(low / step - 1e-9)
    ticks = [(i * step, f"{i * step:g}") for i in range(first, math.floor(high / step + 1e-9) + 1)]
    return Axis(label, low, high, ticks)


def logarithmic(label, low, high, most=8):
    """Decades, or 1, 2 and 5 of each where few would be named."""
    low_decade, high_decade = math.floor(math.log10(low)), math.ceil(math.log10(high))
    factors = (1,) if high_decade - low_decade > 3 else (1, 2, 5)
    values = [f * 10.0**d for d in range(low_decade, high_decade + 1) for f in factors]
    values = [v for v in values if low * 0.999 <= v <= high * 1.001]
    values = values[:: math.ceil(len(values) / most)]
    named = [(v, f"{v:g}" if 1e-3 <= v < 1e5 else power(10, round(math.log10(v)))) for v in values]
    return Axis(label, low, high, named, math.log10)


def binary(label, low, high, step):
    """Powers of two, every step-th of which is named."""
    first, last = round(math.log2(low)), round(math.log2(high))
    ticks = [(2.0**e, power(2, e)) for e in range(first, last + 1) if e % step == 0]
    return Axis(label, low, high, ticks, math.log2)


def marker(kind, x, y, css, title=""):
    """Shapes tell series apart where colours do not."""
    r = 4
    inner = f"<title>{escape(title)}</title>" if title else ""
    if kind == 0:
        return f'<circle class="dot {css}" cx="{x:.1f}" cy="{y:.1f}" r="{r}">{inner}</circle>'
    shapes = {
        1: [(-r, -r), (r, -r), (r, r), (-r, r)],
        2: [(0, -r - 1), (r + 1, r - 1), (-r - 1, r - 1)],
        3: [(0, -r - 2), (r + 2, 0), (0, r + 2), (-r - 2, 0)],
        4: [(-r - 1, -r + 1), (r + 1, -r + 1), (0, r + 1)],
    }
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in shapes[kind])
    return f'<polygon class="dot {css}" points="{points}">{inner}</polygon>'


class Chart:
    """One SVG of the width that it is shown in at most."""

    def __init__(self, width, height, name):
        self.width, self.height, self.name = width, height, name
        self.parts = []

    def add(self, text):
        self.parts.append(text)

    def text(self, x, y, text, anchor="start", css="", turn=False):
        turned = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turn else ""
        self.add(f'<text class="{css}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{turned}>{escape(text)}</text>')

    def line(self, x1, y1, x2, y2, css):
        self.add(f'<line class="{css}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')

    def rect(self, x, y, width, height, css, title=""):
        inner = f"<title>{escape(title)}</title>" if title else ""
        self.add(f'<rect class="{css}" x="{x:.2f}" y="{y:.2f}" width="{max(width, 0):.2f}" '
                 f'height="{max(height, 0):.2f}">{inner}</rect>')

    def render(self, css):
        body = "\n".join(self.parts)
        return (f'<svg class="chart {css}" viewBox="0 0 {self.width} {self.height}" role="img" '
                f'aria-label="{escape(self.name, quote=True)}" style="max-width:{self.width}px">\n{body}\n</svg>')


class Panel:
    """A rectangle of a chart with two axes, y upwards."""

    def __init__(self, chart, x, y, width, height, x_axis, y_axis, title=""):
        self.chart, self.left, self.top, self.width, self.height = chart, x, y, width, height
        self.x_axis, self.y_axis = x_axis, y_axis
        if title:
            chart.text(x, y - 8, title, css="panel-title")
        for value, name in y_axis.ticks:
            at = self.y(value)
            chart.line(x, at, x + width, at, "grid")
            chart.text(x - 6, at + 4, name, "end", "tick")
        for value, name in x_axis.ticks:
            at = self.x(value)
            chart.line(at, y + height, at, y + height + 4, "axis")
            chart.text(at, y + height + 17, name, "middle", "tick")
        chart.line(x, y + height, x + width, y + height, "axis")
        chart.text(x + width / 2, y + height + 35, x_axis.label, "middle", "label")
        if y_axis.label:
            chart.text(x - 42, y + height / 2, y_axis.label, "middle", "label", turn=True)

    def x(self, value):
        return self.left + self.width * self.x_axis(value)

    def y(self, value):
        return self.top + self.height * (1 - self.y_axis(value))

    def curve(self, points, css):
        path = " ".join(f"{'L' if i else 'M'}{self.x(x):.1f} {self.y(y):.1f}" for i, (x, y) in enumerate(points))
        self.chart.add(f'<path class="curve {css}" d="{path}"/>')

    def markers(self, points, kind, css):
        for x, y in points:
            self.chart.add(marker(kind, self.x(x), self.y(y), css, f"{short(x)}: {short(y)}"))

    def bars(self, edges, heights, css):
        base = self.y(0)
        for low, high, height in zip(edges, edges[1:], heights):
            top = self.y(height)
            self.chart.rect(self.x(low), top, self.x(high) - self.x(low), base - top, css)

    def level(self, value, css, name="", anchor="end"):
        at = self.y(value)
        self.chart.line(self.left, at, self.left + self.width, at, css)
        if name:
            x = self.left + self.width - 2 if anchor == "end" else self.left + 4
            self.chart.text(x, at - 5, name, anchor, "note")


def legend(entries):
    """[(name, css, kind of marker or None, "line", "bar" or "dot")] as a list that wraps."""
    items = []
    for name, css, kind, look in entries:
        mark = ""
        if look == "bar":
            mark = f'<rect class="{css}" x="4" y="2" width="20" height="10"/>'
        elif look == "line":
            mark = f'<path class="curve {css}" d="M1 7 L27 7"/>'
        if kind is not None:
            mark += marker(kind, 14, 7, css.split()[0])
        items.append(f'<li><svg viewBox="0 0 28 14" width="28" height="14" aria-hidden="true">{mark}</svg>{escape(name)}</li>')
    return f'<ul class="legend">{"".join(items)}</ul>'
