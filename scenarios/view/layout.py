"""How a drive is laid out on the page."""

from __future__ import annotations

import rerun.blueprint as rrb

from scenarios.view.cameras import camera_path
from scenarios.view.comparison import PATH
from scenarios.view.drive_log import DriveLog
from scenarios.view.timing import TIMELINE

SHARE_AXIS = rrb.ScalarAxis(range=(0.0, 1.02), zoom_lock=True)


def one_run(root: str, log: DriveLog) -> rrb.Blueprint:
    """Cameras, scene and bird's-eye view above; numbers, states and the planner's words below."""
    shares = [2.8] * bool(log.images) + [4.4, 2.2]
    above = rrb.Horizontal(*_cameras(root, log), _scene(root, log), _birdseye(root, log), column_shares=shares)
    below = rrb.Horizontal(
        *_numbers([root], _chart([root], "belief: the target's track", "belief/**", True, SHARE_AXIS)),
        _story([f"+ {root}/story/**"]),
        rrb.Tabs(*_word_views(root)),
        column_shares=[2, 2, 2.8, 4, 3.4],
    )
    return _page(rrb.Vertical(above, below, row_shares=[57, 43]))


def two_runs(root_a: str, a: DriveLog, root_b: str, b: DriveLog) -> rrb.Blueprint:
    """A to the left, B to the right, their numbers in the same charts, where they part below."""
    roots = [root_a, root_b]
    above = rrb.Horizontal(
        *_cameras(root_a, a, "A "),
        rrb.Tabs(_birdseye(root_a, a, "A "), _scene(root_a, a, "A ")),
        rrb.Tabs(_birdseye(root_b, b, "B "), _scene(root_b, b, "B ")),
        *_cameras(root_b, b, "B "),
        column_shares=[3] * bool(a.images) + [2, 2] + [3] * bool(b.images),
    )
    words = rrb.Tabs(
        rrb.TextDocumentView(origin=f"{PATH}/summary", name="where they part"),
        *_word_views(root_a, "A "),
        *_word_views(root_b, "B "),
    )
    lanes = [f"+ {root}/story/{lane}" for root in roots for lane in ("1_target", "2_planner")]
    below = rrb.Horizontal(
        *_numbers(roots, _chart(roots, "target exists", "belief/exists", True, SHARE_AXIS)),
        _story([*lanes, f"+ {PATH}/divergence"]),
        words,
        column_shares=[2, 2, 2, 4, 3.8],
    )
    return _page(rrb.Vertical(above, below, row_shares=[52, 48]))


def _page(content: rrb.Container) -> rrb.Blueprint:
    panels = (rrb.BlueprintPanel(state="collapsed"), rrb.SelectionPanel(state="collapsed"))
    time = rrb.TimePanel(state="collapsed", timeline=TIMELINE, play_state="paused")
    return rrb.Blueprint(content, *panels, time, auto_views=False)


def _cameras(root: str, log: DriveLog, tag: str = "") -> list[rrb.Container]:
    views = [_camera(root, name, tag) for name in log.images]
    return [rrb.Vertical(*views, row_shares=[2, 1] if len(views) == 2 else None)] if views else []


def _camera(root: str, name: str, tag: str) -> rrb.Spatial2DView:
    path = camera_path(root, name)
    return rrb.Spatial2DView(origin=path, contents=["$origin/**", f"{root}/world/truth"], name=tag + name)


def _scene(root: str, log: DriveLog, tag: str = "") -> rrb.Spatial3DView:
    eye = rrb.EyeControls3D(position=(-14.0, 0.0, 9.0), look_target=(18.0, 0.0, 0.0), eye_up=(0.0, 0.0, 1.0))
    return rrb.Spatial3DView(
        origin=f"{root}/world/ego",
        contents=_world(root, log),
        name=f"{tag}scene",
        eye_controls=eye,
        background=(16, 18, 22),
    )


def _birdseye(root: str, log: DriveLog, tag: str = "") -> rrb.Spatial3DView:
    eye = rrb.EyeControls3D(position=(34.0, 0.0, 110.0), look_target=(34.0, 0.0, 0.0), eye_up=(1.0, 0.0, 0.0))
    clouds = [f"- {root}/world/ego/{name}" for name in log.clouds]
    contents = [*_world(root, log), *clouds, f"- {root}/world/truth/name"]
    return rrb.Spatial3DView(
        origin=f"{root}/world/ego",
        contents=contents,
        name=f"{tag}bird's-eye",
        eye_controls=eye,
        background=(16, 18, 22),
    )


def _world(root: str, log: DriveLog) -> list[str]:
    """All but the pictures, which would hang in the air before the car."""
    return [f"+ {root}/world/**", *(f"- {camera_path(root, name)}/**" for name in log.images)]


def _numbers(roots: list[str], belief: rrb.View) -> list[rrb.Container | rrb.View]:
    """Two columns of small charts, and a tall one of belief."""
    several = len(roots) > 1
    return [
        rrb.Vertical(
            _chart(roots, "gap, m", "gap_m", several), _chart(roots, "time to collision, s", "ttc_s", several)
        ),
        rrb.Vertical(
            _chart(roots, "speed, km/h", "speed_kmh", several),
            _chart(roots, "braking, m/s²", "braking/**", True),
        ),
        belief,
    ]


def _chart(
    roots: list[str], name: str, values: str, has_legend: bool, axis: rrb.ScalarAxis | None = None
) -> rrb.TimeSeriesView:
    contents = [f"+ {root}/numbers/{values}" for root in roots]
    legend = rrb.PlotLegend(corner=rrb.Corner2D.RightTop, visible=has_legend)
    return rrb.TimeSeriesView(origin="/", contents=contents, name=name, plot_legend=legend, axis_y=axis)


def _story(lanes: list[str]) -> rrb.StateTimelineView:
    return rrb.StateTimelineView(origin="/", contents=lanes, name="what happened")


def _word_views(root: str, tag: str = "") -> list[rrb.View]:
    columns = rrb.TextLogColumns(timeline_columns=[TIMELINE], text_log_columns=["body"])
    return [
        rrb.TextLogView(origin=f"{root}/reasons", name=f"{tag}planner's reasons", columns=columns),
        rrb.TextDocumentView(origin=f"{root}/summary", name=f"{tag}summary"),
    ]
