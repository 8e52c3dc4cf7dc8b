"""What the laboratory says of a small MADE: verdicts in words, the states that a broken mask moves, and files."""

from collections.abc import Callable

import numpy as np
import plotly.graph_objects as go

from ..traces import MadeLabTrace
from ..words import Say, english
from . import style
from .energy_files import Files
from .made_pictures import graph_png, masks_png

SHOWN = 12  # states in the bar list
ROUNDING = 1e-9  # what float64 leaves of a sum over at most 4,096 states is far smaller


def listed(positions: np.ndarray | list[int]) -> str:
    """x0, x3, x5."""
    return ", ".join(f"x{int(p)}" for p in positions)


def dead_units(trace: MadeLabTrace) -> list[str]:
    """Names of the hidden units through which no path runs."""
    return [trace.name(n) for n in np.flatnonzero(~trace.living) if 0 < trace.layer[n] <= trace.hidden.size]


def exact(trace: MadeLabTrace) -> bool:
    """Whether the probabilities of all states add up to 1, but for rounding."""
    return abs(trace.total - 1) < ROUNDING


def _mark(good: bool, dark: bool) -> tuple[str, str]:
    """Colour and sign of a verdict; the colours are those of the canvases."""
    return (("#2bbd90" if dark else style.GOOD), "✓") if good else (("#ff8b3d" if dark else style.WARN), "✗")


def _box(good: bool, head: str, words: str, dark: bool, lines: int = 2) -> str:
    """A verdict; it keeps room for so many lines that what stands below it does not jump."""
    colour, mark = _mark(good, dark)
    room = f"min-height:calc({lines * 1.45:.2f}em + .5rem)"
    look = f"border-left:4px solid {colour};padding:.25rem .7rem;font-size:.92rem;line-height:1.45;{room}"
    return (
        f'<div class="made-verdict" data-good="{int(good)}" style="{look}">'
        f'<b><span style="color:{colour}">{mark}</span> {head}</b> {words}</div>'
    )


def verdict(trace: MadeLabTrace, dark: bool = False, t: Say = english) -> str:
    """The claim *strictly triangular under the ordering*, checked, as HTML."""
    forbidden = trace.forbidden()
    wrong = int((trace.paths[forbidden] > 0).sum())
    order = listed(trace.order)
    if trace.triangular:
        head = t("Strictly triangular under the ordering {order}:", order=order)
    else:
        head = t("Not strictly triangular under the ordering {order}:", order=order)
    words = t(
        "{wrong} of the {all} entries on and above the diagonal hold a path.", wrong=wrong, all=int(forbidden.sum())
    )
    exactly = t("Gradients flow exactly where the masks leave a path.")
    gradient = exactly if trace.agrees() else t("Gradients differ from it.")
    total = t(
        "Total probability of all {count:,} states: <b>{total:.6f}</b>.",
        count=trace.probability.size,
        total=trace.total,
    )
    return _box(trace.triangular, head, f"{words} {gradient} {total}", dark)


def total(trace: MadeLabTrace, dark: bool = False, t: Say = english) -> str:
    """The sum over all states, large, as HTML."""
    good = exact(trace)
    colour, mark = _mark(good, dark)
    off = trace.total - 1
    apart = t("above 1 by {off:.3g}", off=off) if off > 0 else t("below 1 by {off:.3g}", off=-off)
    how_far = t("equal to 1") if good else apart
    head = t(
        "Σ p(x) over all 2<sup>{inputs}</sup> = {count:,} states", inputs=trace.inputs, count=trace.probability.size
    )
    return (
        f'<div style="font-size:.82rem;opacity:.75">{head}</div>'
        f'<div class="made-total" style="font-size:2.3rem;line-height:1.15;'
        f'font-weight:650;font-variant-numeric:tabular-nums">{trace.total:.6f}</div>'
        f'<div style="font-size:.85rem;color:{colour};font-weight:600">{mark} {how_far}</div>'
    )


def consequence(trace: MadeLabTrace, dark: bool = False, t: Say = english) -> str:
    """What the network is now: in order, in another order, or no distribution at all; as HTML."""
    if trace.triangular:
        words = t(
            "No output sees its own input or a later one: summed over the last position, then the last but one, …, "
            "the product of the conditionals gives 1."
        )
        return _box(True, t("A distribution:"), words, dark, 4)
    pairs = np.argwhere(trace.forbidden() & (trace.paths > 0))
    leaks = "; ".join(
        t("x{i}'s output sees x{i} itself", i=i)
        if i == j
        else t("x{i}'s output sees x{j}, which comes later", i=i, j=j)
        for i, j in pairs[:2]
    )
    if len(pairs) > 2:
        leaks = t("{leaks}; and {count} more", leaks=leaks, count=len(pairs) - 2)
    if trace.fits.size:
        words = t(
            "{leaks}. Nothing leads back: under the ordering {order} this is autoregressive, so "
            "the total stays 1; but sampling in the present ordering would read inputs that are not drawn yet.",
            leaks=leaks,
            order=listed(trace.fits),
        )
        return _box(False, t("Broken in this ordering, yet still a distribution:"), words, dark, 4)
    ring = " → ".join(f"x{p}" for p in [*trace.cycle(), trace.cycle()[0]])
    words = t(
        "{leaks}. Influence runs in a circle, {ring}: no ordering allows it, and the product of the "
        "conditionals need not add up to 1.",
        leaks=leaks,
        ring=ring,
    )
    return _box(False, t("No distribution:"), words, dark, 4)


def flip_words(trace: MadeLabTrace, flip: int, t: Say = english) -> str:
    """What one flipped entry does, as a sentence."""
    mask, row, column = (int(n) for n in trace.flips[flip])
    above, below = trace.nodes(mask if mask else -1)[row], trace.nodes(mask - 1 if mask else 0)[column]
    last = mask in (0, trace.hidden.size + 1)
    target = t("output {name}", name=trace.name(above)) if last else trace.name(above)
    ends = f"**{mask}.{row}.{column}** ({trace.name(below)} → {target})"
    paths, leaked = int(trace.gained[flip]), int(trace.leaked[flip])
    count = t("1 path") if paths == 1 else t("{count} paths", count=paths)
    if not trace.open[above, below]:
        if not paths:
            return t("{ends} closed: it was on no path.", ends=ends)
        return t(
            "{ends} closed: {paths} fewer; nothing sees more than before, so the order holds.", ends=ends, paths=count
        )
    if not paths:
        return t("{ends} opened, but on no path from an input to an output: nothing changes.", ends=ends)
    if not leaked:
        return t(
            "{ends} opened: {paths} through it, all from earlier inputs to later outputs. Harmless.",
            ends=ends,
            paths=count,
        )
    return t(
        "{ends} opened: {paths} through it, and {pairs} of input and output joined against the ordering.",
        ends=ends,
        paths=count,
        pairs=t("one pair") if leaked == 1 else t("{count} pairs", count=leaked),
    )


def states(trace: MadeLabTrace, height: int = 190, t: Say = english) -> go.Figure:
    """The states whose probability a broken mask moves most: before (mended) and now."""
    moved = np.abs(trace.probability - trace.mended)
    chosen = np.argsort(-moved, kind="stable")[:SHOWN]
    if not moved.max() > ROUNDING:  # nothing is broken: the likeliest states
        chosen = np.argsort(-trace.probability, kind="stable")[:SHOWN]
    bits = ["".join(map(str, trace.states[s])) for s in chosen]
    figure = go.Figure()
    quiet = {"color": style.QUIET, "pattern": {"shape": "/", "size": 4, "solidity": 0.35}}
    series = ((t("mended"), trace.mended, quiet), (t("now"), trace.probability, {"color": style.DATA}))
    for name, values, marker in series:
        figure.add_bar(
            x=bits,
            y=values[chosen],
            name=name,
            marker=marker,
            customdata=moved[chosen],
            hovertemplate=f"x = %{{x}}<br>{name}: %{{y:.6f}}<br>" + t("moved by %{customdata:.6f}") + "<extra></extra>",
        )
    style.bare(figure, height, top=26)
    figure.update_layout(
        showlegend=True,
        legend={"orientation": "h", "x": 1, "xanchor": "right", "y": 1.0, "yanchor": "bottom"},
        bargap=0.25,
        bargroupgap=0.05,
        uirevision="states",
    )
    of = {"count": len(bits), "last": trace.inputs - 1}
    if moved.max() > ROUNDING:
        title = t("the {count} states x0 … x{last} that moved most", **of)
    else:
        title = t("the {count} states x0 … x{last} that are likeliest", **of)
    figure.update_xaxes(
        title={"text": title, "font": {"size": 11}, "standoff": 12},
        type="category",
        tickfont={"size": 10},
        tickangle=0 if trace.inputs <= 6 else -40,
        fixedrange=True,
    )
    figure.update_yaxes(title=t("probability"), rangemode="tozero", nticks=5, fixedrange=True)
    return figure


def files(trace: MadeLabTrace, picture: Callable[[MadeLabTrace], bytes]) -> Files:
    """Label → (extension, maker): a picture, the trace, and a table of all mask entries."""
    return {
        "PNG": ("png", lambda: picture(trace)),
        "npz": ("npz", trace.to_bytes),
        "CSV": ("csv", trace.to_csv),
    }


__all__ = [
    "consequence",
    "dead_units",
    "exact",
    "files",
    "flip_words",
    "graph_png",
    "listed",
    "masks_png",
    "states",
    "total",
    "verdict",
]
