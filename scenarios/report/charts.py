"""Time lines of a run: speed, gap, time to collision, braking, with marks for what happened."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import plotly.io
from plotly.subplots import make_subplots

_INK, _GRID = "#333c4a", "#e4e8ee"
TTC_SHOWN_S = 8.0


def timeline(states: list[dict[str, Any]], verdict: dict[str, Any]) -> str:
    """An HTML fragment with one chart; needs plotly.js on the page."""
    samples = [state["sample"] for state in states]
    t_s = [s["t_s"] for s in samples]
    figure = make_subplots(rows=3, cols=1, shared_xaxes=True, vertical_spacing=0.05)
    _add(figure, 1, t_s, [s["speed_mps"] * 3.6 for s in samples], "speed, km/h", "#2563eb")
    _add(figure, 2, t_s, [s["gap_m"] for s in samples], "gap to target, m", "#059669")
    _add(figure, 2, t_s, [_shown(s["ttc_s"]) for s in samples], "time to collision, s", "#d97706")
    _add(figure, 3, t_s, [max(0.0, -s["accel_mps2"]) for s in samples], "braking, m/s²", "#dc2626")
    for sensor_id, seen_s in verdict["first_seen_s"].items():
        figure.add_vline(x=seen_s, line={"color": "#7c3aed", "width": 1, "dash": "dot"}, row=2, col=1)
        figure.add_annotation(
            x=seen_s, y=1.0, xref="x2", yref="y2 domain", text=sensor_id, textangle=-90, showarrow=False, xshift=-7,
            yanchor="top", font={"size": 10, "color": "#7c3aed"},
        )  # fmt: skip
    hit_s = verdict.get("impact_s")
    if hit_s is not None:
        figure.add_vline(x=hit_s, line={"color": "#dc2626", "width": 2})
    figure.update_xaxes(gridcolor=_GRID, zeroline=False)
    figure.update_yaxes(gridcolor=_GRID, zeroline=False, rangemode="tozero")
    figure.update_xaxes(title_text="simulated time, s", row=3, col=1)
    figure.update_layout(
        height=430,
        margin={"l": 46, "r": 12, "t": 30, "b": 40},
        plot_bgcolor="white",
        paper_bgcolor="white",
        font={"family": "system-ui, sans-serif", "size": 12, "color": _INK},
        legend={"orientation": "h", "y": 1.1},
    )
    return str(plotly.io.to_html(figure, full_html=False, include_plotlyjs=False, config={"displayModeBar": False}))


def _shown(ttc_s: float | None) -> float | None:
    return ttc_s if ttc_s is not None and ttc_s <= TTC_SHOWN_S else None


def _add(figure: go.Figure, row: int, t_s: list[float], values: list[float | None], name: str, color: str) -> None:
    line = {"color": color, "width": 2}
    figure.add_trace(go.Scatter(x=t_s, y=values, name=name, mode="lines", line=line), row=row, col=1)
