"""Planners by name."""

from __future__ import annotations

from moosetest.registry import Registry
from moosetest.stages import Planner
from planning.planner import PlannerConfig, RulePlanner

PLANNERS: Registry[Planner] = Registry("planner", entry_point_group="moosetest.planners")

PLANNERS.register("rules-v1", PlannerConfig)(RulePlanner)
