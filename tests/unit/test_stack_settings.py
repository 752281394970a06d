"""What `--set` says reaches the stage that it names, and a slip is told in one line."""

import pytest

from moosetest.config import ConfigError
from moosetest.motion import VehicleControl
from scenarios.drive.actuation import Pedals
from scenarios.drive.settings import StackSettings, parse_settings


def test_settings_are_told_by_module_and_key():
    changed = parse_settings(["camera.min_score=0.9", "planner.safety.reaction_s=0.4", "actuation.brake_delay_s=0.5"])
    assert changed == {
        "camera": {"min_score": 0.9},
        "planner": {"safety": {"reaction_s": 0.4}},
        "actuation": {"brake_delay_s": 0.5},
    }
    settings = StackSettings.of(changed)
    assert settings.camera.min_score == 0.9
    assert settings.planner.safety.reaction_s == 0.4
    assert settings.planner.safety.full_brake_mps2 == StackSettings().planner.safety.full_brake_mps2
    assert settings.lidar == StackSettings().lidar


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("camera.minscore=0.9", "did you mean 'min_score'"),
        ("camera", "want MODULE.KEY=VALUE"),
        ("camera.min_score=high", "want MODULE.KEY=VALUE"),
        ("camera.min_score=2", "in \\(0, 1\\)"),
        ("actuation.brake_delay_s=-1", "want 0 to 5"),
    ],
)
def test_a_slip_is_told(text, told):
    with pytest.raises(ConfigError, match=told):
        parse_settings([text])


def test_late_brakes_hold_back_the_brake_alone():
    pedals = Pedals(brake_delay_s=0.2)  # two ticks
    asked = [VehicleControl(throttle=t, brake=b, steer=s) for t, b, s in ((0, 1, 0.1), (0, 0.5, 0.2), (0.3, 0, 0.3))]
    came = [pedals.delayed(control) for control in asked]
    assert [control.brake for control in came] == [0, 0, 1]
    assert [control.throttle for control in came] == [0, 0, 0.3]
    assert [control.steer for control in came] == [0.1, 0.2, 0.3]


def test_brakes_without_delay_do_what_they_are_told():
    control = VehicleControl(throttle=0.0, brake=0.7, steer=0.0)
    assert Pedals().delayed(control) == control
