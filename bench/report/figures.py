"""The figures of the report, each from what measure.py gives to a section of the page."""
import math
import statistics

from page import table
from svg import Axis, Chart, Panel, binary, legend, linear, logarithmic, marker, power, short

ENGINES = ("pcg32", "philox4x32", "ars4x32")
ISAS = ("avx512", "avx2", "neon", "scalar")


def engine_css(name):
    return f"s{ENGINES.index(name) + 1}" if name in ENGINES else "s6"


def engine_kind(name):
    return ENGINES.index(name) if name in ENGINES else 4


def percent(fraction):
    return f"{fraction * 100:.1f} %"


def spread(row):
    return percent(row["spread"]) if row["rounds"] > 1 else "one round"


def elements(n):
    return power(2, round(math.log2(n))) if n & (n - 1) == 0 else f"{n:,}"


def grid(width, count, panel_height, left=58, top=30, bottom=56, gap=16):
    """Where panels stand, one below another on a phone, and two a row elsewhere: height, and [(x, y, width)]."""
    columns = 1 if width < 600 else min(2, count)
    panel_width = (width - columns * left - (columns - 1) * gap - 28) / columns
    step = top + panel_height + bottom
    places = [(left + (i % columns) * (panel_width + gap + left), top + (i // columns) * step, panel_width)
              for i in range(count)]
    return math.ceil(count / columns) * step, places


def throughput(page, data, command):
    rows = data["rows"]
    sizes = sorted({row["n"] for row in rows})
    draws = list(dict.fromkeys(row["draw"] for row in rows))
    engines = [e for e in ENGINES if any(row["engine"] == e for row in rows)]
    speeds = [row["bytes"] / row[key] for row in rows for key in ("ns", "memset_ns")]
    low, high = min(speeds) / 1.15, max(speeds) * 1.15

    def draw(width):
        left, row_height = 136, 22
        height, places = grid(width, len(sizes), row_height * len(draws), left=left)
        chart = Chart(width, height, "Throughput of every draw against memset")
        for n, (x, y, panel_width) in zip(sizes, places):
            axis = logarithmic("GB/s, log scale: right is faster", low, high, 6)
            names = [(i, name) for i, name in enumerate(draws)]
            panel = Panel(chart, x, y, panel_width, row_height * len(draws), axis,
                          Axis("", len(draws) - 0.5, -0.5, names), f"{elements(n)} elements")
            for i, name in enumerate(draws):
                own = [row for row in rows if row["n"] == n and row["draw"] == name]
                limit = max(row["bytes"] / row["memset_ns"] for row in own)
                chart.line(panel.x(limit), panel.y(i) - 9, panel.x(limit), panel.y(i) + 9, "memory")
                for row in own:
                    speed = row["bytes"] / row["ns"]
                    chart.add(marker(engine_kind(row["engine"]), panel.x(speed), panel.y(i), engine_css(row["engine"]),
                                     f"{name}, {row['engine']}: {speed:.3g} GB/s"))
        return chart

    key = legend([(e, engine_css(e), engine_kind(e), "dot") for e in engines] + [("memset", "memory", None, "line")])
    numbers = table(("elements", "draw", "engine", "ns each", "GB/s", "memset GB/s", "of memset's time", "spread"),
                    [(row["n"], row["draw"], row["engine"], f"{row['ns']:.3f}", f"{row['bytes'] / row['ns']:.2f}",
                      f"{row['bytes'] / row['memset_ns']:.2f}", f"{row['ns'] / row['memset_ns']:.2f}",
                      spread(row)) for row in rows], opened=False)
    page.figure("throughput", "Every draw against the memory limit",
                f"Bytes written each second by one thread with {data['isa']}, beside memset of the same bytes in the same "
                "rounds. The smaller size stays in the processor's caches, the larger one goes to memory. 16-bit elements "
                "come from one 32-bit word each, so that their bytes are dearer.", key, draw, numbers, command)


def peers(page, rows, commands, missing):
    text = ("How many times faster than another library's sampler, one thread each, in interleaved rounds of one process; "
            "the whisker is the spread between the quartiles.")
    if "MKL" not in missing:
        text += " MKL runs as on an Intel processor, and each row takes its engine and method that is fastest here."
    if missing:
        text += " Not found here: " + ", ".join(missing) + "."
    rows = [row for row in rows if row["peer"] != "memset"]  # in the figure before
    high = max(row["ratio"] * (1 + row["spread"]) for row in rows) * 1.3
    least = min(row["ratio"] * (1 - min(row["spread"], 0.5)) for row in rows)
    low = 1.0 if least >= 1 else least / 1.3

    def name(row):
        size = f", {elements(row['n'])}" if "n" in row else ""
        peer = f"{row['peer']}: {row['which']}" if row.get("which") else row["peer"]
        return f"{row['what']}{size}", peer

    def draw(width):
        is_narrow = width < 600
        row_height = 48 if is_narrow else 24
        left = 12 if is_narrow else 505
        chart = Chart(width, row_height * len(rows) + 66, "Speed relative to peers")
        axis = logarithmic("times faster than the peer, log scale", low, high)
        panel = Panel(chart, left, 16, width - left - (46 if is_narrow else 60), row_height * len(rows), axis,
                      Axis("", len(rows) - 0.5, -0.5, []))
        for i, row in enumerate(rows):
            own, peer = name(row)
            at = panel.y(i) + (16 if is_narrow else 0)
            engine = row["what"].rpartition(", ")[2]
            if is_narrow:
                chart.line(panel.x(1), at - 7, panel.x(1), at + 7, "bound")
                chart.text(left, at - 23, own)
                chart.text(left, at - 10, peer, css="tick")
            else:
                chart.text(10, at + 4, own)
                chart.text(218, at + 4, peer if len(peer) < 48 else peer[:46] + "…", css="tick")
            start, end = sorted((panel.x(1), panel.x(row["ratio"])))
            chart.rect(start, at - 4, end - start, 8, f"solid {engine_css(engine)}", f"{own}, {peer}: {row['ratio']:.2f}")
            reach = [panel.x(row["ratio"] * f) for f in (max(1 - row["spread"], 0.5), 1 + row["spread"])]
            chart.line(reach[0], at, reach[1], at, "spread")
            chart.text(max(reach[1], end) + 6, at + 4, f"{row['ratio']:.2f}×", css="tick")
        if not is_narrow:
            chart.line(panel.x(1), 16, panel.x(1), 16 + row_height * len(rows), "bound")
        return chart

    engines = [e for e in ENGINES if any(row["what"].endswith(e) for row in rows)]
    key = legend([(e, f"solid {engine_css(e)}", None, "bar") for e in engines] + [("as fast", "bound", None, "line")])
    numbers = table(("unitvar", "peer", "ns each", "peer's ns", "times faster", "spread"),
                    [(name(row)[0], name(row)[1], f"{row['ns']:.3f}", f"{row['peer_ns']:.3f}", f"{row['ratio']:.2f}",
                      percent(row["spread"])) for row in rows])
    page.figure("peers", "Against peers", text, key, draw, numbers, *commands)


def sizes(page, data, command):
    rows = data["rows"]
    groups = list(dict.fromkeys((row["draw"], row["engine"]) for row in rows))
    lines = list(dict.fromkeys((row["isa"], row["threads"]) for row in rows))
    isas = [isa for isa in ISAS if any(line[0] == isa for line in lines)]
    values = [row[key] for row in rows for key in ("least_ns", "memset_ns")]
    low, high = min(values) / 1.2, max(values) * 1.2
    first, last = min(row["n"] for row in rows), max(row["n"] for row in rows)

    def look(isa, threads):
        return f"s{isas.index(isa) + 1}" + (" dashed" if threads > 1 else "")

    def draw(width):
        height, places = grid(width, len(groups), 230)
        chart = Chart(width, height, "Time for each element against the number of elements")
        for (name, engine), (x, y, panel_width) in zip(groups, places):
            panel = Panel(chart, x, y, panel_width, 230, binary("elements in a call, log scale", first, last, 4),
                          logarithmic("ns each, log scale", low, high), f"{name}, {engine}")
            own = [row for row in rows if (row["draw"], row["engine"]) == (name, engine)]
            panel.curve([(n, min(row["memset_ns"] for row in own if row["n"] == n))
                         for n in sorted({row["n"] for row in own})], "s6 dotted")
            for isa, threads in lines:
                points = sorted((row["n"], row["least_ns"]) for row in own if (row["isa"], row["threads"]) == (isa, threads))
                panel.curve(points, look(isa, threads))
                if threads == 1:
                    panel.markers(points, isas.index(isa), look(isa, 1))
        return chart

    key = legend([(f"{isa}, {threads} thread{'s' if threads > 1 else ''}", look(isa, threads),
                   isas.index(isa) if threads == 1 else None, "line") for isa, threads in lines] +
                 [("memset, 1 thread", "s6 dotted", None, "line")])
    numbers = table(("draw", "engine", "instructions", "threads", "elements", "ns each", "fastest round", "memset ns", "spread"),
                    [(row["draw"], row["engine"], row["isa"], row["threads"], row["n"], short(row["ns"]),
                      short(row["least_ns"]), short(row["memset_ns"]), spread(row)) for row in rows], opened=False)
    page.figure("sizes", "Against the number of elements",
                f"Time for each element of a call, from {first} to {elements(last)} elements, by instruction set and number "
                "of threads; one thread by its processor time, two by the wall clock. Drawn is the fastest round, since "
                "other programs take processors away from calls on several threads; the table has the medians too.",
                key, draw, numbers, command)


def ranks(page, data, command):
    rows = data["rows"]
    layouts = list(dict.fromkeys(row["layout"] for row in rows))
    most = max(row["ranks"] for row in rows)

    times = {(row["layout"], row["ranks"]): min(row["seconds"]) for row in rows}
    one = max(times[layout, 1] for layout in layouts)
    low = min(min(times.values()), one / most) / 1.2

    def draw(width):
        chart = Chart(width, 340, "Time to start a model against the number of ranks")
        panel = Panel(chart, 62, 30, width - 90, 240, linear("ranks", 1, most, 1),
                      logarithmic("seconds of the slowest rank, log scale", low, max(times.values()) * 1.2), f"{data['model']}, {data['dtype']}")
        panel.curve([(n, one / n) for n in range(1, most + 1)], "s6 dotted")
        for i, layout in enumerate(layouts):
            points = [(n, times[layout, n]) for n in range(1, most + 1)]
            panel.curve(points, f"s{i + 1}")
            panel.markers(points, i, f"s{i + 1}")
        return chart

    key = legend([(layout, f"s{i + 1}", i, "line") for i, layout in enumerate(layouts)] +
                 [("one rank's time, shared", "s6 dotted", None, "line")])
    numbers = table(("layout", "ranks", "bytes of a rank", "seconds", "fastest round", "times faster than one"),
                    [(row["layout"], row["ranks"], row["bytes"], f"{statistics.median(row['seconds']):.3f}",
                      f"{min(row['seconds']):.3f}",
                      f"{statistics.median(a / b for a, b in zip(by_one['seconds'], row['seconds'])):.2f}")
                     for row in rows for by_one in rows if by_one["layout"] == row["layout"] and by_one["ranks"] == 1])
    page.figure("ranks", "Against the number of ranks",
                f"Time until each rank of MPI on this machine has its slices, {data['engine']}, {data['threads']} thread a rank, "
                "by how the model is cut; all numbers of ranks in turns. Drawn is the fastest round. Beyond the processors of this machine more ranks "
                "are not faster. The first stage of a pipeline has the embeddings besides its layers.", key, draw,
                numbers, command)


def histograms(page, histograms, command):
    def draw(width):
        main, below = 190, 70
        height, places = grid(width, len(histograms), main + below + 40)
        columns = 1 if width < 600 else len(histograms)
        if columns == len(histograms):  # in one row
            panel_width = (width - 66 * columns - 16) / columns
            height = main + below + 126
            places = [(62 + i * (panel_width + 66), 30, panel_width) for i in range(columns)]
        chart = Chart(width, height, "Histograms with the exact density")
        for h, (x, y, panel_width) in zip(histograms, places):
            bins = [(a + b) / 2 for a, b in zip(h.edges, h.edges[1:])]
            heights = [c / h.n / (b - a) for c, a, b in zip(h.counts, h.edges, h.edges[1:])]
            x_axis = linear("", h.edges[0], h.edges[-1])
            panel = Panel(chart, x, y, panel_width, main, x_axis,
                          linear("density", 0, max(max(heights), max(map(h.density, bins))) * 1.1), h.name)
            panel.bars(h.edges, heights, "bar")
            steps = [h.edges[0] + (h.edges[-1] - h.edges[0]) * i / 200 for i in range(201)]
            panel.curve([(at, h.density(at)) for at in steps], "s2")
            most = max(4.0, math.ceil(max(abs(r) for r in h.residuals)))
            rest = Panel(chart, x, y + main + 36, panel_width, below, linear("value", h.edges[0], h.edges[-1]),
                         linear("deviations", -most, most, most))
            for at, residual in zip(bins, h.residuals):
                chart.add(f'<circle class="dot s1" cx="{rest.x(at):.1f}" cy="{rest.y(residual):.1f}" r="2"/>')
        return chart

    key = legend([("drawn", "bar", None, "bar"), ("exact density", "s2", None, "line"),
                  ("a bin's count less the exact one, in standard deviations", "s1", 0, "dot")])

    def p_value(h):
        # Wilson and Hilferty (1931).
        z = ((h.chi2 / h.freedom) ** (1 / 3) - (1 - 2 / (9 * h.freedom))) / math.sqrt(2 / (9 * h.freedom))
        return math.erfc(z / math.sqrt(2)) / 2

    numbers = table(("draw", "elements", "mean", "exact", "variance", "exact", "chi²", "degrees", "p"),
                    [(h.name, h.n, f"{h.measured_mean:.5f}", f"{h.mean:.5f}", f"{h.measured_variance:.5f}",
                      f"{h.variance:.5f}", f"{h.chi2:.1f}", h.freedom, f"{p_value(h):.2f}") for h in histograms])
    page.figure("histograms", "What is drawn", "Histograms of the library's draws, the exact density over them, and "
                "below how far each bin is from it.", key, draw, numbers, command)


TITLES = {"radius": "Radius of Box and Muller, f32", "direction": "Direction of Box and Muller, f32",
          "normal_f32": "normal_f32: radius times direction", "normal_icdf_f32": "normal_icdf_f32: the quantile"}


def errors(page, data, command):
    functions = data["functions"]

    def draw(width):
        height, places = grid(width, len(functions), 190)
        chart = Chart(width, height, "Errors in units in the last place")
        for f, (x, y, panel_width) in zip(functions, places):
            if f["axis"] == "ends":
                middle = 31
                ticks = [(middle - 31 + 8 * i, power(2, 8 * i - 32)) for i in range(4)] + [(middle, "½")] + \
                        [(middle + 31 - 8 * i, f"1−{power(2, 8 * i - 32)}") for i in range(3, -1, -1)]
                if width < 600:
                    ticks = ticks[::2]
                axis = Axis("word · 2⁻³², log scale from either end", 0, 62, ticks)
            else:
                axis = Axis("quarters of a turn, from the word", -0.5, 0.5,
                            [(-0.5, "−½"), (-0.25, "−¼"), (0, "0"), (0.25, "¼"), (0.5, "½")])
            panel = Panel(chart, x, y, panel_width, 190, axis, linear("ulp", 0, f["bound"] * 1.15, 1),
                          TITLES.get(f["name"], f["name"]))
            panel.level(f["bound"], "bound")
            panel.curve([(i[0], i[1]) for i in f["intervals"]], "s1")
            panel.curve([(i[0], i[2]) for i in f["intervals"]], "s3 dashed")
        return chart

    key = legend([("largest of an interval", "s1", None, "line"), ("mean", "s3 dashed", None, "line"),
                  ("bound of the tests", "bound", None, "line")])
    rows = []
    for f in functions:
        worst = max(f["intervals"], key=lambda i: i[1])
        at = worst[0]
        where = f"{at:+.3f} quarters" if f["axis"] == "angle" else \
            f"2^{at - 32:.1f}" if at < 31 else f"1 - 2^{30 - at:.1f}"
        mean = sum(i[2] for i in f["intervals"]) / len(f["intervals"])
        rows.append((f["name"], f"{f['bound']:.1f}", f"{worst[1]:.3f}", where, f"{mean:.3f}", len(f["intervals"])))
    page.figure("errors", "Errors", f"Distance to the exact value in units in the last place of f32, over all words: "
                f"{data['samples']} words of each interval, or all there are. The direction's are the larger of its two "
                "coordinates'. The tests hold the bounds, for the quantile at every word.", key, draw,
                table(("function", "bound, ulp", "largest", "near", "mean of intervals", "intervals"), rows), command)


def variance(page, batches, command):
    names = list(dict.fromkeys(name for group in batches.values() for name in group))
    layers = [row[0] for row in next(iter(next(iter(batches.values())).values()))]
    values = [row[2] for group in batches.values() for rows in group.values() for row in rows if row[2] > 0]
    low, high = min(values) / 3, max(values) * 3

    def draw(width):
        height, places = grid(width, len(batches), 220)
        chart = Chart(width, height, "Variance of activations by layer")
        for (batch, group), (x, y, panel_width) in zip(batches.items(), places):
            ticks = [(i, "input" if i == 0 else f"{layer.split()[-1]}") for i, layer in enumerate(layers)]
            panel = Panel(chart, x, y, panel_width, 220, Axis("width after the layer", -0.3, len(layers) - 0.7, ticks),
                          logarithmic("variance, log scale", low, high), f"{batch} input{'s' if batch > 1 else ''}")
            panel.level(1, "bound")
            for i, name in enumerate(names):
                points = [(j, row[2]) for j, row in enumerate(group.get(name, [])) if row[2] > 0]
                panel.curve(points, f"s{i + 1}")
                panel.markers(points, i, f"s{i + 1}")
        return chart

    key = legend([(name, f"s{i + 1}", i, "line") for i, name in enumerate(names)] + [("1", "bound", None, "line")])
    rows = [(batch, name, *(f"{row[2]:.4g}" for row in layer_rows))
            for batch, group in batches.items() for name, layer_rows in group.items()]
    page.figure("variance", "What initialisers make of the variance", "Normal inputs of 2000 elements go through four "
                "layers of ReLU and Linear whose weights each initialiser has drawn. Kaiming's keeps the variance at 1.",
                key, draw, table(("inputs", "initialiser", *layers), rows), command)
