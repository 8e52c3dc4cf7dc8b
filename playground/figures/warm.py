"""The first Plotly figure of a process costs a second: its classes are imported one by one as they are first named."""

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from . import style


def warm_up() -> int:
    """Make a figure with what the views' figures are made of, so that no visitor waits for the first. Returns the
    characters of its JSON."""
    figure = make_subplots(rows=2, cols=2, subplot_titles=("a", "b", "c", "d"), shared_xaxes=True)
    some = np.linspace(0, 1, 4)
    line = {"color": style.GOOD, "width": 1, "dash": "dot"}
    figure.add_trace(go.Scatter(x=some, y=some, mode="lines+markers", line=line, marker={"size": 4}), row=1, col=1)
    figure.add_trace(go.Bar(x=some, y=some, error_y={"array": some}, text=["1"] * 4), row=1, col=2)
    figure.add_trace(go.Heatmap(z=[some, some], colorbar={"title": {"text": "z"}}, hovertemplate="%{z}"), row=2, col=1)
    figure.add_trace(go.Histogram(x=some, nbinsx=4), row=2, col=2)
    figure.add_hline(y=0.5, line=line, row=1, col=1)
    figure.add_vline(x=0.5, line=line, row=1, col=2)
    figure.add_annotation(x=0, y=0, text="a", showarrow=False)
    figure.add_shape(type="rect", x0=0, x1=1, y0=0, y1=1, line=line)
    figure.update_xaxes(title={"text": "x"}, range=[0, 1], showgrid=False)
    figure.update_yaxes(title={"text": "y"}, type="log", tickvals=[1], ticktext=["1"])
    figure.update_layout(legend={"orientation": "h"}, margin={"l": 0}, hoverlabel={"font": {"size": 12}}, height=300)
    return len(figure.to_json())
