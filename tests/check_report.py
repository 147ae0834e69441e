#!/usr/bin/env python3
"""The report's page is well-formed, has every figure with its numbers, and needs nothing from elsewhere.

usage: check_report.py REPORT_PY PROGRAMS LIBRARY WORK
"""
import html.parser
import pathlib
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree

FIGURES = ("throughput", "peers", "sizes", "histograms", "errors", "variance")
VOID = {"meta", "link", "br", "img", "hr", "input", "wbr"}


class Structure(html.parser.HTMLParser):
    """Every element closed in its order; ids, and references to anything."""

    def __init__(self):
        super().__init__()
        self.open, self.faults, self.ids, self.references, self.counts = [], [], [], [], {}
        self.section = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "section":
            self.section = attributes.get("id")
        if "id" in attributes:
            self.ids.append(attributes["id"])
        self.references += [v for n, v in attributes.items() if n in ("href", "src", "xlink:href", "srcset", "data", "action")]
        if tag in ("script", "link", "iframe", "object", "embed", "img"):
            self.faults.append(f"<{tag}>")
        what = attributes.get("class", "") if tag == "svg" else tag
        key = (self.section, what)
        self.counts[key] = self.counts.get(key, 0) + 1
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes what it does not open")


def main():
    report, programs, library, work = sys.argv[1:]
    out = pathlib.Path(work) / "index.html"
    out.unlink(missing_ok=True)
    subprocess.run([sys.executable, report, "--quick", "--programs", programs, "--library", library, "--out", out], check=True)
    text = out.read_text()
    page = Structure()
    page.feed(text)
    page.close()
    faults = page.faults + [f"<{tag}> is not closed" for tag in page.open]
    faults += [f"the id {i} stands twice" for i in set(page.ids) if page.ids.count(i) > 1]
    faults += [f"a reference to {r}" for r in page.references if not (r.startswith("#") and r[1:] in page.ids)]
    faults += [f"{pattern} in the text" for pattern in (r"https?://", r"url\(", r"@import", r"\bnan\b", r"\binf\b")
               if re.search(pattern, text, re.I)]
    # Where there is an MPI.
    ranks = ("ranks",) if (pathlib.Path(programs) / "unitvar_mpi_init").exists() and shutil.which("mpirun") else ()
    for name in FIGURES + ranks:
        for what in ("chart narrow", "chart wide", "table"):
            if page.counts.get((name, what), 0) != 1:
                faults.append(f"{name}: {page.counts.get((name, what), 0)} of '{what}', expected 1")
    if not page.counts.get(("machine", "table")):
        faults.append("no table of the machine")
    charts = re.findall(r"<svg.*?</svg>", text, re.S)
    for chart in charts:
        try:
            root = xml.etree.ElementTree.fromstring(chart)
        except xml.etree.ElementTree.ParseError as error:
            faults.append(f"an SVG is not XML: {error}")
            continue
        _, _, width, height = map(float, root.get("viewBox").split())
        for at in root.iter("text"):
            # Letters of some 6 units; what is turned runs upwards.
            x, y, size = float(at.get("x")), float(at.get("y")), 6 * len(at.text or "")
            low = {"start": x, "middle": x - size / 2, "end": x - size}[at.get("text-anchor")]
            if at.get("transform") is None and not (low >= -2 and low + size <= width + 2 and 8 <= y <= height):
                faults.append(f"'{at.text}' leaves {root.get('aria-label')}, {root.get('class')}")
    marks = sum(chart.count("class=\"curve") + chart.count("class=\"dot") for chart in charts)
    if marks < 200:
        faults.append(f"{marks} marks in all charts, expected hundreds")
    if "prefers-color-scheme: dark" not in text or "width=device-width" not in text:
        faults.append("no dark theme, or no width for phones")
    for fault in faults:
        print(f"check_report: {fault}", file=sys.stderr)
    print(f"{len(charts)} SVGs, {marks} marks, {len(text)} characters, {len(faults)} faults")
    return 1 if faults else 0


sys.exit(main())
