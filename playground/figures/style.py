"""What all Plotly figures share: colours that mean the same on every page, bare axes, square cells."""

import numpy as np
import plotly.graph_objects as go

# After Okabe and Ito, so that they stay apart for every reader; legible on light and on dark.
DATA, WARN, GOOD, BLIND, QUIET = "#0072b2", "#b84f00", "#00805e", "#efb700", "#8a93a0"
FAINT, MIDDLE, NOTHING = "rgba(128,138,150,0.10)", "rgba(128,138,150,0.34)", "rgba(0,0,0,0)"
STRENGTH = ("#cfe2f2", "#74b3dd", "#0072b2", "#06345c"), ("#12314d", "#0f649c", "#4fa3e3", "#dcf0ff")
SURPRISE = (
    ("rgba(213,94,0,0.03)", "#f3c6a0", "#d55e00", "#6b2500"),
    ("rgba(213,94,0,0.04)", "#8a3f08", "#e8761c", "#ffe0c2"),
)
# The ten classes of digits, as --pg-class-… of widgets/common.css has them on a light page.
CLASSES = ("#0072b2", "#d55e00", "#00805e", "#a04a80", "#9c6a00", "#2b95d6", "#7d4f2a", "#1d2733", "#6a55d0", "#8a8f00")
CONFIG = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}


def scale(colours: tuple[tuple[str, ...], tuple[str, ...]], dark: bool) -> list[list]:
    """A colour scale from little to much: towards dark on a light page, towards light on a dark one."""
    return [[share, colour] for share, colour in zip((0, 0.33, 0.67, 1), colours[dark], strict=True)]


def bare(figure: go.Figure, height: int, top: int = 30) -> go.Figure:
    """Transparent, without margins, legend or dragging."""
    figure.update_layout(
        height=height,
        margin={"l": 0, "r": 0, "t": top, "b": 0},
        paper_bgcolor=NOTHING,
        plot_bgcolor=NOTHING,
        showlegend=False,
        dragmode=False,
        hovermode="closest",
    )
    return figure


def square_cells(figure: go.Figure, shape: tuple[int, int], column: int = 1, row: int = 1) -> None:
    """Axes of a picture: row 0 on top, cells square, no ticks."""
    hidden = {"showgrid": False, "zeroline": False, "showticklabels": False, "ticks": "", "fixedrange": True}
    figure.update_xaxes(range=[-0.5, shape[1] - 0.5], constrain="domain", row=row, col=column, **hidden)
    anchor = figure.get_subplot(row, column).xaxis.plotly_name.replace("axis", "")
    figure.update_yaxes(
        range=[shape[0] - 0.5, -0.5], scaleanchor=anchor, constrain="domain", row=row, col=column, **hidden
    )


def flat_layer(mask: np.ndarray, colour: str, text: str = "") -> go.Heatmap:
    """One colour, with a short text, wherever `mask` (H, W) is True, and nothing elsewhere."""
    return go.Heatmap(
        z=np.where(mask, 1.0, np.nan),
        colorscale=[[0, colour], [1, colour]],
        showscale=False,
        hoverinfo="skip",
        text=np.where(mask, text, "") if text else None,
        texttemplate="%{text}" if text else None,
        textfont={"size": 10, "color": QUIET},
    )


def click_layer(texts: np.ndarray, size: float) -> go.Scatter:
    """Unseen squares over the cells of a picture (H, W texts): they carry the hover and can be clicked."""
    rows, columns = np.mgrid[: texts.shape[0], : texts.shape[1]]
    unseen = {"marker": {"opacity": 0}}
    return go.Scatter(
        x=columns.ravel(),
        y=rows.ravel(),
        mode="markers",
        marker={"symbol": "square", "size": size, "opacity": 0},
        selected=unseen,
        unselected=unseen,
        text=texts.ravel(),
        hovertemplate="%{text}<extra></extra>",
    )


def outline(row: int, column: int, colour: str = WARN) -> dict:
    """The frame around one cell, as keyword arguments of `add_shape`."""
    return {
        "type": "rect",
        "x0": column - 0.5,
        "x1": column + 0.5,
        "y0": row - 0.5,
        "y1": row + 0.5,
        "line": {"color": colour, "width": 2.5},
    }
