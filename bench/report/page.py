"""The page around the charts: one HTML text without any reference to elsewhere."""
from html import escape

# Okabe and Ito's colours, darkened for a light ground, which people with any colour vision tell apart; shapes and dashes
# say the same.
STYLE = """
:root { color-scheme: light dark; --ground: #ffffff; --ink: #1c1f23; --faint: #5b626b; --rule: #d9dde2; --tint: #f4f6f8;
  --c1: #0063a6; --c2: #c24e00; --c3: #007a5a; --c4: #a3477d; --c5: #7a6200; --c6: #5b626b; --fill: #8fc1e6; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --ink: #e7eaee; --faint: #a4acb6; --rule: #353b43;
  --tint: #1d2126; --c1: #5cb8f0; --c2: #f29a3f; --c3: #35c79c; --c4: #e793c1; --c5: #e6cf5a; --c6: #a4acb6;
  --fill: #245a80; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 1rem; max-width: 62rem; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: .5rem 0; }
h2 { font-size: 1.2rem; line-height: 1.3; margin: 2.5rem 0 .5rem; border-top: 1px solid var(--rule); padding-top: 1rem; }
p { margin: .5rem 0; max-width: 46rem; overflow-wrap: anywhere; }
nav ul { padding-left: 1.2rem; }
a { color: var(--c1); }
code { font: .85em ui-monospace, "DejaVu Sans Mono", monospace; background: var(--tint); padding: .1em .3em;
  overflow-wrap: anywhere; }
code span { display: inline-block; max-width: 100%; }
figure { margin: 0; }
.chart { display: block; width: 100%; height: auto; }
.narrow { display: none; }
@media (max-width: 700px) { .wide { display: none; } .narrow { display: block; } }
svg text { font: 12px system-ui, "DejaVu Sans", sans-serif; fill: var(--ink); }
svg text.tick, svg text.note { fill: var(--faint); font-size: 11px; }
svg text.panel-title { font-weight: 600; font-size: 13px; }
.grid { stroke: var(--rule); stroke-width: 1; }
.axis { stroke: var(--faint); stroke-width: 1; }
.bound { stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 6 4; }
.memory { stroke: var(--ink); stroke-width: 2.5; }
.spread { stroke: var(--ink); stroke-width: 1.5; }
.curve { fill: none; stroke-width: 2; stroke-linejoin: round; }
.dashed { stroke-dasharray: 6 4; }
.dotted { stroke-dasharray: 2 3; }
.dot { stroke: var(--ground); stroke-width: 1; }
.bar { fill: var(--fill); shape-rendering: crispEdges; }
.s1 { stroke: var(--c1); } .s2 { stroke: var(--c2); } .s3 { stroke: var(--c3); } .s4 { stroke: var(--c4); }
.s5 { stroke: var(--c5); } .s6 { stroke: var(--c6); }
.dot.s1, .solid.s1 { fill: var(--c1); } .dot.s2, .solid.s2 { fill: var(--c2); } .dot.s3, .solid.s3 { fill: var(--c3); }
.dot.s4, .solid.s4 { fill: var(--c4); } .dot.s5, .solid.s5 { fill: var(--c5); } .dot.s6, .solid.s6 { fill: var(--c6); }
.dot.s1, .dot.s2, .dot.s3, .dot.s4, .dot.s5, .dot.s6 { stroke: var(--ground); }
.solid { stroke: none !important; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: .5rem 0; padding: 0;
  font-size: .85rem; }
.legend li { display: flex; align-items: center; gap: .4rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .82rem; margin: .5rem 0; font-variant-numeric: tabular-nums; }
th, td { padding: .2rem .7rem .2rem 0; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--rule); }
td.wrap { white-space: normal; overflow-wrap: anywhere; min-width: 10rem; }
th.number, td.number { text-align: right; }
details { margin: .5rem 0; }
summary { cursor: pointer; color: var(--c1); }
.absent { background: var(--tint); padding: .6rem .8rem; }
"""


def is_number(text):
    return bool(text) and (text[0].isdigit() or text[0] in "-+<") and not any(c.isalpha() and c != "e" for c in text)


def code(command):
    """Broken between arguments where it is long, not at their hyphens."""
    return f"<p><code>{' '.join(f'<span>{escape(word)}</span>' for word in command.split())}</code></p>"


def table(head, rows, opened=True, wrap=False):
    rows = [[str(cell) for cell in row] for row in rows]
    numbers = [bool(rows) and all(is_number(row[i]) for row in rows) for i in range(len(head))]

    def cells(tag, row):
        css = [' class="number"' if n and not wrap else ' class="wrap"' if wrap and tag == "td" else "" for n in numbers]
        return "".join(f"<{tag}{c}>{escape(cell)}</{tag}>" for c, cell in zip(css, row))

    body = "\n".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    text = (f'<div class="scroll"><table><thead><tr>{cells("th", head)}</tr></thead>\n'
            f"<tbody>\n{body}\n</tbody></table></div>")
    if wrap:
        return text
    state = " open" if opened else ""
    return f"<details{state}><summary>Numbers ({len(rows)} rows)</summary>{text}</details>"


class Page:
    def __init__(self, title, lead):
        self.title, self.lead, self.sections = title, lead, []

    def section(self, name, title, *parts):
        self.sections.append((name, title, "\n".join(parts)))

    def figure(self, name, title, text, legend, draw, numbers, *commands):
        """draw(width): a Chart."""
        charts = "\n".join(draw(width).render(css) for width, css in ((358, "narrow"), (960, "wide")))
        self.section(name, title, f"<p>{escape(text)}</p>",
                     f'<figure>{legend}\n{charts}</figure>', numbers, *map(code, commands))

    def absent(self, name, title, why):
        self.section(name, title, f'<p class="absent">{escape(why)}</p>')

    def render(self):
        contents = "".join(f'<li><a href="#{name}">{escape(title)}</a></li>' for name, title, _ in self.sections)
        body = "\n".join(f'<section id="{name}">\n<h2>{escape(title)}</h2>\n{text}\n</section>'
                         for name, title, text in self.sections)
        return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(self.title)}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{escape(self.title)}</h1>
<p>{escape(self.lead)}</p>
<nav><ul>{contents}</ul></nav>
{body}
</body>
</html>
"""
