"""The lamps that a scene asks for burn: those of the car itself and those of everybody else."""

import pytest

from scenarios.case import Arm, all_cases, find_case
from scenarios.drive.stage import put_on_stage
from sim.rig import load_rig
from sim.session import open_session

NIGHT = [case.case_id for case in all_cases() if case.staging(0.0, 0).ego_lights]


@pytest.mark.parametrize("case_id", NIGHT)
def test_every_lamp_asked_for_is_on(case_id):
    staging = find_case(case_id).staging(0.0, 0, Arm.CASE)
    with open_session(None, staging.map_name) as session:
        put_on_stage(session, staging, load_rig())
        session.attach_sensors(load_rig().only(frozenset()), 0)
        session.tick()
        lights = {
            a.attributes["role_name"]: int(a.get_light_state()) for a in session.world.get_actors().filter("vehicle.*")
        }
    assert lights["hero"] == staging.ego_lights
    asked = {actor.role: actor.lights for actor in staging.actors if actor.lights}
    assert {role: lights[role] for role in asked} == asked
