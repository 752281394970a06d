"""A run in a few lines: what was driven, how it was judged, what happened when."""

from __future__ import annotations

from scenarios.view.drive_log import DriveLog
from scenarios.view.story import Mark


def title(log: DriveLog) -> str:
    """'tempe s=0 fused', or the folder's name when the bundle does not say."""
    about = log.about
    if "case" not in about:
        return log.folder.name
    arm = "" if about.get("arm", "case") == "case" else f" {about['arm']}"
    return f"{about['case']}{arm} s={about['severity']:g} {about['stack']}"


def outcome(log: DriveLog) -> str:
    """The verdict and why, or how far a run without one came."""
    if log.verdict is None:
        return f"no verdict: the run was cut short after {log.times_s[-1]:.1f} s"
    return f"{log.verdict['outcome']}: {log.verdict['why']}"


def summary(log: DriveLog, told: list[Mark]) -> str:
    """Markdown."""
    about = log.about
    facts = [f"seed {about['seed']}" if "seed" in about else "", f"target `{log.target}`" if log.target else ""]
    lines = [f"## {title(log)}", "", f"**{outcome(log)}**", "", " · ".join(fact for fact in facts if fact), ""]
    lines += ["| s | what |", "|---:|---|"]
    lines += [f"| {mark.t_s:.1f} | {mark.text} |" for mark in told]
    if log.verdict is not None:
        lines += ["", "| criterion | | margin |", "|---|---|---:|"]
        lines += [
            f"| {f['code']} | {f['text']} | {'' if f['margin'] is None else format(f['margin'], '.2f')} {f['unit']} |"
            for f in log.verdict["findings"]
        ]
        lines += ["", f"digest `{log.verdict['digest'][:16]}`"]
    return "\n".join(lines)
