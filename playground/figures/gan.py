"""Figures and words of the GAN views: verdicts of the discriminator, in logits and as D(x)."""

import base64

import numpy as np
import plotly.graph_objects as go

from ..traces import GanVerdictTrace, probability
from ..words import Say, english
from . import style
from .energy import number, titles
from .energy_files import sheet
from .grid import png

MODEL = "#a04a80"  # what the generator makes, as on the canvases
BINS = 48


def odds(logit: float) -> str:
    """D(x) of a logit, with powers of ten where four decimals would say 0 or 1."""
    p = probability(logit)
    if 0 < p < 1e-4:
        return f"{p:.1e}".replace("-", "−")
    rest = probability(-logit)
    return f"1 − {rest:.1e}".replace("e-", "e−") if 0 < rest < 1e-4 else f"{p:.4f}"


def share_below(logit: float, others: np.ndarray | None) -> str:
    """The share of others with a lower logit, "" where there are none."""
    return "" if others is None or not len(others) else f"{float((others < logit).mean()):.1%}"


def verdict_line(trace: GanVerdictTrace, reference: np.ndarray | None, t: Say = english) -> str:
    """The verdict on the drawing, as Markdown."""
    side = t("**taken for real**") if trace.logit >= 0 else t("**taken for generated**")
    share, count = share_below(trace.logit, trace.generated_logits), len(trace.generated_logits)
    others = t("above {share} of {count} generated digits", share=share, count=count)
    if reference is not None:
        others = t(
            "above {share} of {count} generated and {real_share} of {real:,} real digits",
            share=share,
            count=count,
            real_share=share_below(trace.logit, reference),
            real=len(reference),
        )
    return f"**logit = {number(trace.logit, 2)}**, D(x) = {odds(trace.logit)}: {side}; {others}"


def histogram(trace: GanVerdictTrace, reference: np.ndarray | None, height: int = 176, t: Say = english) -> go.Figure:
    """Logits of generated and of real digits, with the drawing's marked."""
    groups = [(t("generated"), trace.generated_logits, MODEL)]
    if reference is not None:
        groups.append((t("real"), reference, style.DATA))
    every = np.concatenate([values for _, values, _ in groups])
    low, high = float(every.min()), float(every.max())
    margin = 0.12 * (high - low + 1e-6)
    left, right = min(low, trace.logit) - margin, max(high, trace.logit) + margin
    far = 1.2 * (high - low) + 1  # a drawing beyond is shown at the edge
    left, right = max(left, low - far), min(right, high + far)
    edges = np.linspace(low, high, BINS + 1)
    figure, top = go.Figure(), 0.0
    for name, values, colour in groups:
        share = np.histogram(values, edges)[0] / len(values)
        top = max(top, float(share.max()))
        figure.add_trace(
            go.Bar(
                x=(edges[:-1] + edges[1:]) / 2,
                y=share,
                width=np.diff(edges),
                name=f"{len(values):,} {name}",
                customdata=np.stack([edges[:-1], edges[1:]], -1),
                marker={"color": colour, "opacity": 0.6, "line": {"width": 0}},
                hovertemplate=t(
                    "logit {low} to {high}: {share} of the {kind} digits",
                    low="%{customdata[0]:.2f}",
                    high="%{customdata[1]:.2f}",
                    share="%{y:.1%}",
                    kind=name,
                )
                + "<extra></extra>",
            )
        )
    at = min(max(trace.logit, left), right)
    figure.add_shape(type="line", x0=at, x1=at, y0=0, y1=1.3 * top, line={"color": style.WARN, "width": 3})
    arrow = "← " if trace.logit < left else "→ " if trace.logit > right else ""
    crowded = at > right - 0.25 * (right - left)
    figure.add_annotation(
        x=at,
        y=1.3 * top,
        text=f"<b>{arrow}{t('this picture')} {number(trace.logit, 2)}</b>",
        showarrow=False,
        xanchor="right" if crowded else "left",
        xshift=-5 if crowded else 5,
        font={"color": style.WARN, "size": 13},
    )
    if left < 0 < right:
        figure.add_vline(x=0, line={"color": style.QUIET, "width": 1, "dash": "dot"})
    title = t("logit of D: right of 0 taken for real, left of it for generated")
    figure.update_xaxes(title=title, range=[left, right], fixedrange=True, zeroline=False)
    figure.update_yaxes(showgrid=False, showticklabels=False, fixedrange=True, range=[0, 1.45 * top])
    style.bare(figure, height, top=2)
    return figure.update_layout(
        bargap=0,
        barmode="overlay",
        showlegend=True,
        legend={"x": 0, "y": 1, "bgcolor": style.NOTHING, "font": {"size": 12}},
        margin={"b": 42},
    )


def verdicts(trace: GanVerdictTrace, reference: np.ndarray | None, dark: bool = False, t: Say = english) -> str:
    """A table as HTML: the drawing, spoilt versions of it, and generated digits, with logit, D and ranks."""
    order = np.argsort(trace.generated_logits, kind="stable")
    chosen = {t("G, best"): order[-1], t("G, median"): order[len(order) // 2], t("G, worst"): order[0]}
    rows = [(titles(t)[v], p, float(g)) for v, p, g in zip(trace.versions, trace.pictures, trace.logits, strict=True)]
    rows += [
        (name, trace.generated[n].astype(np.float32), float(trace.generated_logits[n])) for name, n in chosen.items()
    ]
    body = []
    for name, picture, logit in rows:
        data = base64.b64encode(png(sheet((1 - picture if dark else picture)[None], 1, 112))).decode()
        body.append(
            f'<tr><td><img alt="{name}" width="28" height="28" style="image-rendering:pixelated;display:block" '
            f'src="data:image/png;base64,{data}"></td><td>{name}</td><td>{number(logit, 2)}</td><td>{odds(logit)}</td>'
            f"<td>{share_below(logit, trace.generated_logits)}</td><td>{share_below(logit, reference)}</td></tr>"
        )
    heads = "".join(f"<th>{head}</th>" for head in ("", "", "logit", "D(x)", t("G below"), t("real below")))
    return (
        "<style>.pg-verdicts{border-collapse:collapse;font-size:13px;font-variant-numeric:tabular-nums;width:100%}"
        ".pg-verdicts th{font-size:11.5px;font-weight:600;text-align:right;padding:0 4px 2px;opacity:.75;"
        "white-space:nowrap}"
        ".pg-verdicts td{padding:1px 4px;text-align:right;border-top:1px solid rgba(128,138,150,.25);"
        "white-space:nowrap}"
        ".pg-verdicts td:nth-child(2){text-align:left}.pg-verdicts td:first-child{padding-left:0;width:34px}</style>"
        f'<table class="pg-verdicts"><thead><tr>{heads}</tr></thead><tbody>{"".join(body)}</tbody></table>'
    )
