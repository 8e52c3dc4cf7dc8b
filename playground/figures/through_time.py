"""Figures of the gradient through time: norms by lag on a log scale, the cut, and what clipping does."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from ..traces.through_time import ThroughTimeTrace
from ..words import Say, english
from . import style

COLOURS = (
    {"rnn-sigmoid": "#7d4f2a", "rnn-relu": "#a04a80", "rnn-tanh": "#d55e00", "lstm": "#0072b2", "gru": "#00805e"},
    {"rnn-sigmoid": "#c09468", "rnn-relu": "#dd93bb", "rnn-tanh": "#ff8b3d", "lstm": "#4fa3e3", "gru": "#2bbd90"},
)  # light, dark: as the canvases of the same nets have them
NAMES = {"rnn-sigmoid": "sigmoid RNN", "rnn-relu": "ReLU RNN", "rnn-tanh": "tanh RNN", "lstm": "LSTM", "gru": "GRU"}
FLOOR, HEIGHT = -16, 496  # powers of ten; below the floor a curve leaves the picture
LAG, REACH = 100, 0.01  # where trained nets are compared; the share of lag 0's norm down to which a loss "reaches"


def name_of(trace: ThroughTimeTrace, c: int) -> str:
    """A curve's name for the screen."""
    net, part = trace.curves[c]
    return f"{NAMES[net]}{f', {part}' if net == 'lstm' else ''}"


def norms(traces: tuple[ThroughTimeTrace, ThroughTimeTrace | None], dark: bool = False, t: Say = english) -> go.Figure:
    """Left fresh nets, right trained ones: norms by lag; below them the weights' gradient before and after clipping."""
    count = 0 if traces[1] is None else len(traces[1].ends)
    fresh = t("<b>Freshly initialised</b>, random inputs")
    if count == 1:
        trained = t("<b>Trained on Shakespeare</b>, loss of one character")
    else:
        trained = t("<b>Trained on Shakespeare</b>, losses of {count} characters", count=count)
    figure = make_subplots(
        2,
        2,
        subplot_titles=[fresh, trained, "", ""],
        row_heights=[0.73, 0.27],
        horizontal_spacing=0.075,
        vertical_spacing=0.16,
    )
    for column, trace in enumerate(traces, 1):
        if trace is not None:
            _curves(figure, trace, column, dark, t)
            _clipping(figure, trace, column, dark, t)
    words = t("‖∂L/∂h‖ at lag k, log scale")
    figure.update_yaxes(type="log", exponentformat="power", fixedrange=True, zeroline=False, nticks=7)
    figure.update_yaxes(title=words, row=1, col=1)
    figure.update_yaxes(title=t("‖∂L/∂weights‖"), row=2, col=1)
    figure.update_xaxes(fixedrange=True, showgrid=False, zeroline=False)
    figure.update_xaxes(title=t("k, steps between the state and the loss"), title_standoff=4, row=1)
    spikes = {"spikethickness": 1, "spikedash": "solid", "spikecolor": style.QUIET, "spikesnap": "data"}
    figure.update_xaxes(unifiedhovertitle={"text": t("lag %{x}")}, **spikes, row=1)
    figure.update_xaxes(spikethickness=0, row=2)
    style.bare(figure, HEIGHT, top=54)
    return figure.update_layout(
        hovermode="x unified",
        margin={"l": 62, "r": 6, "t": 54, "b": 24},
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.06, "yanchor": "bottom", "traceorder": "normal"},
    )


def _curves(figure: go.Figure, trace: ThroughTimeTrace, column: int, dark: bool, t: Say) -> None:
    """A line for each curve, its geometric mean; around it all losses from the smallest to the largest norm."""
    lags, middle = np.arange(trace.lags), trace.middle()
    shown = np.where(middle > 0, middle, np.nan)
    for c, (net, part) in enumerate(trace.curves):
        colour = COLOURS[dark][net]
        place = {"row": 1, "col": column, "legendgroup": name_of(trace, c)}
        low, high = (np.where(edge > 0, edge, np.nan) for edge in (trace.norms[c].min(0), trace.norms[c].max(0)))
        seen = np.isfinite(low) & np.isfinite(high)
        figure.add_scatter(
            x=np.concatenate([lags[seen], lags[seen][::-1]]),
            y=np.concatenate([high[seen], low[seen][::-1]]),
            fill="toself",
            fillcolor=f"rgba({','.join(str(int(colour[i : i + 2], 16)) for i in (1, 3, 5))},0.10)",
            line={"width": 0},
            hoverinfo="skip",
            showlegend=False,
            **place,
        )
        figure.add_scatter(
            x=lags,
            y=shown[c],
            mode="lines",
            line={"color": colour, "width": 2.4, "dash": "dash" if part == "c" else "solid"},
            name=name_of(trace, c),
            showlegend=not any(data.name == name_of(trace, c) for data in figure.data),
            hovertemplate="%{y:.3e}",
            **place,
        )
    known = shown[np.isfinite(shown)]
    top = max(0.0, float(np.log10(known.max()))) if known.size else 0.0
    low = max(FLOOR, float(np.log10(known.min()))) if known.size else FLOOR
    figure.update_yaxes(range=[low - 0.4, top + 0.6], row=1, col=column)
    figure.update_xaxes(range=[-0.5, trace.lags - 0.5], row=1, col=column)
    if 0 < trace.cut < trace.lags:
        figure.add_vrect(
            trace.cut - 0.5, trace.lags - 0.5, fillcolor=style.MIDDLE, opacity=0.45, line_width=0, row=1, col=column
        )
        figure.add_vline(trace.cut - 0.5, line={"color": style.WARN, "width": 2}, row=1, col=column)
        figure.add_annotation(
            x=trace.cut,
            y=1,
            xref="x2" if column == 2 else "x",
            yref=f"y{column if column > 1 else ''} domain",
            text=t("cut: detached,<br>exactly 0 from lag {lag} on", lag=trace.cut),
            showarrow=False,
            align="left",
            xanchor="left" if trace.cut < 0.6 * trace.lags else "right",
            yanchor="top",
            font={"color": style.WARN, "size": 12},
        )


def _clipping(figure: go.Figure, trace: ThroughTimeTrace, column: int, dark: bool, t: Say) -> None:
    """Before (open) and after (filled) for each net, and the threshold θ as a line."""
    place = {"row": 2, "col": column}
    names = [NAMES[net] for net in trace.nets]
    for n, net in enumerate(trace.nets):
        before, after = trace.weights[n], trace.clipped[n]
        figure.add_scatter(
            x=[names[n]] * 2,
            y=[before, after],
            mode="lines+markers",
            line={"color": COLOURS[dark][net], "width": 2},
            marker={
                "size": 10,
                "color": [style.NOTHING, COLOURS[dark][net]],
                "line": {"width": 2, "color": COLOURS[dark][net]},
            },
            customdata=[t("before clipping"), t("after clipping")],
            hovertemplate=f"{NAMES[net]} %{{customdata}}: <b>%{{y:.4e}}</b><extra></extra>",
            showlegend=False,
            **place,
        )
    figure.add_hline(trace.clip, line={"color": style.WARN, "width": 1.5, "dash": "dash"}, **place)
    figure.add_annotation(
        x=0,
        y=np.log10(trace.clip),
        xref=f"x{column + 2} domain",
        yref=f"y{column + 2}",
        text=f"θ = {trace.clip:g}",
        showarrow=False,
        xanchor="left",
        yanchor="bottom",
        font={"color": style.WARN, "size": 12},
    )
    size = np.concatenate([trace.weights, trace.clipped, [trace.clip]])
    logs = np.log10(size[size > 0])
    low, high = max(FLOOR, logs.min()), logs.max()
    pad = max(0.5, 0.18 * (high - low))
    figure.update_yaxes(range=[low - pad, high + pad], dtick=max(1, round((high - low) / 3)), **place)
    figure.update_layout({f"xaxis{column + 2}": {"range": [-0.5, len(names) - 0.5]}})


def step_factor(trace: ThroughTimeTrace) -> np.ndarray:
    """(C,): by how much a curve's mean changes with each lag, on geometric average over the lags that are not 0."""
    middle, found = trace.middle(), []
    for row in middle:
        last = int(np.flatnonzero(row > 0)[-1]) if (row > 0).any() else 0
        found.append((row[last] / row[0]) ** (1 / last) if last else np.nan)
    return np.array(found)


def reach(trace: ThroughTimeTrace) -> list[int | None]:
    """The largest lag up to which a curve's mean stays above 1 % of its value at lag 0; None: over all lags."""
    middle = trace.middle()
    below = middle < REACH * middle[:, :1]
    return [int(row.argmax()) - 1 if row.any() else None for row in below]


def table(trace: ThroughTimeTrace, t: Say = english) -> list[dict[str, str]]:
    """A row for each curve: its norm at some lags, to be read exactly."""
    middle, factor, far = trace.middle(), step_factor(trace), reach(trace)
    lags = [lag for lag in (0, 1, 10, 50, 100, 150, 199) if lag < trace.lags]
    return [
        {
            t("net"): name_of(trace, c),
            t("a lag"): "–" if np.isnan(factor[c]) else f"× {factor[c]:.4f}",
            t("above 1 % up to lag"): str(far[c]) if far[c] is not None else t("all {count}", count=trace.lags),
        }
        | {f"k = {lag}": power(middle[c, lag]) for lag in lags}
        for c in range(len(trace.curves))
    ]


def power(value: float) -> str:
    """A norm in three figures: 0.0123, or 1.23·10⁻⁹; 0 is exactly 0."""
    if value == 0 or 1e-3 <= value < 1e4:
        return f"{value:.3g}"
    mantissa, _, exponent = f"{value:.2e}".partition("e")
    return f"{mantissa}·10{str(int(exponent)).translate(str.maketrans('-0123456789', '⁻⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def finding(trace: ThroughTimeTrace | None, t: Say = english) -> str:
    """What was found at lag 100, or at the last one: whether the LSTM's gradient stays above the tanh RNN's."""
    if trace is None:
        return t("Trained nets have nothing to read: type at least two characters of their alphabet.")
    lag = min(LAG, trace.lags - 1)
    if 0 < trace.cut <= lag:
        return t(
            "**Trained**, lag {lag}: exactly 0 for every net, for the state is detached {cut} steps before.",
            lag=lag,
            cut=trace.cut,
        )
    middle = trace.middle()
    values = " · ".join(f"{name_of(trace, c)} **{power(middle[c, lag])}**" for c in range(len(trace.curves)))
    at = {curve: c for c, curve in enumerate(trace.curves)}
    if ("lstm", "h") not in at or ("rnn-tanh", "h") not in at:
        return t("**Trained**, lag {lag}: {values}", lag=lag, values=values)
    mine, other = trace.norms[at["lstm", "h"], :, lag], trace.norms[at["rnn-tanh", "h"], :, lag]
    above, count = int((mine > other).sum()), len(mine)
    if above == count:
        verdict = t("LSTM's h **stays above** tanh RNN's: {above} of {count} losses.", above=above, count=count)
    elif above:
        verdict = t("LSTM's h **is not always above** tanh RNN's: {above} of {count} losses.", above=above, count=count)
    else:
        verdict = t("LSTM's h **is below** tanh RNN's: {above} of {count} losses.", above=above, count=count)
    return t("**Trained**, lag {lag}: {values}. {verdict}", lag=lag, values=values, verdict=verdict)


def fresh_finding(trace: ThroughTimeTrace, t: Say = english) -> str:
    """By how much each lag multiplies the gradient of the fresh nets."""
    factor = step_factor(trace)
    parts = [
        f"{NAMES[trace.curves[c][0]]} **× {factor[c]:.3f}**"
        for c, (_, part) in enumerate(trace.curves)
        if part == "h" and np.isfinite(factor[c])
    ]
    return t("**Fresh**, for each lag: {values}", values=" · ".join(parts))


def words(fresh: ThroughTimeTrace, trained: ThroughTimeTrace | None, t: Say = english) -> dict[str, str]:
    """The numbers that the lesson names."""
    factor = dict(zip(fresh.curves, step_factor(fresh), strict=True))
    found = {net.replace("-", "_"): f"{factor[net, 'h']:.3f}" for net in fresh.nets}
    found |= {"lags": str(fresh.lags), "clip": f"{fresh.clip:g}", "lstm_reach": "–", "rnn_reach": "–"}
    if trained is not None:
        far = dict(zip(trained.curves, reach(trained), strict=True))
        for name, curve in (("lstm_reach", ("lstm", "h")), ("rnn_reach", ("rnn-tanh", "h"))):
            if curve in far:
                found[name] = str(far[curve]) if far[curve] is not None else t("{lags} (all)", lags=trained.lags - 1)
    return found
