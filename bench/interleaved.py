"""Timing two bodies against one another, round by round, because a shared machine's speed wanders: the ratio of each round
is taken before the median. What compare.hpp is for the programs in C++."""
import statistics
import typing


def seconds(body, clock, repeats=1):
    start = clock()
    for _ in range(repeats):
        body()
    return (clock() - start) / repeats


class Comparison(typing.NamedTuple):
    ratio: float  # median of other / own, round by round: how many times faster own is
    own: float  # median seconds
    other: float
    spread: float  # half of what lies between the quartiles of the ratios, relative to their median


def summary(rounds):
    """Of pairs (seconds of own, of other)."""
    own, other = (statistics.median(column) for column in zip(*rounds))
    ratios = [b / a if a > 0 else 0.0 for a, b in rounds]
    ratio = statistics.median(ratios)
    quartiles = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else [ratio] * 3
    return Comparison(ratio, own, other, (quartiles[2] - quartiles[0]) / 2 / ratio if ratio else 0.0)


def compare(own, other, rounds, clock, least_seconds=0.0):
    """Each repeated within a round until that takes least_seconds."""
    repeats = [max(1, int(least_seconds / max(min(seconds(body, clock) for _ in range(3 if least_seconds else 1)), 1e-6)))
               for body in (own, other)]
    return summary([(seconds(own, clock, repeats[0]), seconds(other, clock, repeats[1])) for _ in range(rounds)])
