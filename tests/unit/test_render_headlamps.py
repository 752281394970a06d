"""Headlamps keep UN R112's points, light walls and roads by it, and street lamps follow the inverse square."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from sim.assets.mesh import MeshKey
from sim.render.exposure import Metering
from sim.render.film import light_of_pixels
from sim.render.headlamps import dipped_cd, headlamp_cd, main_cd
from sim.render.lamps import lamp_field
from sim.render.renderer import CameraRenderer
from sim.world.scene import Instance, StreetLamp, Weather
from tests.render_scenes import NIGHT, camera, ground, pose, renderer_of, scene

RGB = frozenset({"rgb"})
POSITION, DIPPED, MAIN = 1, 3, 7
R112_CLASS_B = {
    # degrees right, degrees up, least and most candela of a dipped beam
    "B50L": (-3.43, 0.57, 0.0, 350.0),
    "BR": (2.5, 1.0, 0.0, 1750.0),
    "75R": (1.15, -0.57, 10_100.0, 44_100.0),
    "75L": (-3.43, -0.57, 0.0, 10_600.0),
    "50R": (1.72, -0.86, 10_100.0, 44_100.0),
    "50L": (-3.43, -0.86, 0.0, 13_200.0),
    "50V": (0.0, -0.86, 5100.0, 44_100.0),
    "25L": (-9.0, -1.72, 1700.0, 44_100.0),
    "25R": (9.0, -1.72, 1700.0, 44_100.0),
}


@pytest.fixture(scope="module")
def renderer() -> Iterator[CameraRenderer]:
    with renderer_of() as made:
        yield made


@pytest.mark.parametrize("point", sorted(R112_CLASS_B))
def test_the_dipped_beam_keeps_the_points_of_r112(point: str) -> None:
    right_deg, up_deg, least, most = R112_CLASS_B[point]
    assert least <= float(dipped_cd(right_deg, up_deg)) <= most


def test_the_main_beam_keeps_the_points_of_r112() -> None:
    # at least 40,500 cd in its middle, half of that 1125 mm aside at 25 m (2.58 degrees), 5,100 at 2250 mm
    for right_deg, least in ((0.0, 40_500.0), (2.58, 20_300.0), (-2.58, 20_300.0), (5.15, 5100.0)):
        assert float(dipped_cd(right_deg, 0.0) + main_cd(right_deg, 0.0)) >= least


def test_those_who_come_are_dazzled_by_the_main_beam_alone() -> None:
    # an eye 0.5 m above the lamps and 3 m to their left, 50 m ahead
    eye = np.array([50.0, 3.0, 0.5])
    position, dipped, main = (headlamp_cd(lights, eye) for lights in (POSITION, DIPPED, MAIN))
    assert position < dipped < 350.0
    assert main > 50.0 * dipped
    assert headlamp_cd(MAIN, np.array([-5.0, 0.0, 0.0])) == 0.0


@pytest.mark.parametrize("lights", [DIPPED, MAIN])
def test_a_wall_at_25_m_is_lit_as_the_pattern_says(renderer: CameraRenderer, lights: int) -> None:
    # lamps at x = 2.05, z = 0.7 of a car at -2.05; the camera stands where they do; the wall's face is 25 m off
    car = Instance(1, 14, MeshKey("car"), pose(-2.05, 0.0), lights=lights)
    wall = Instance(2, 20, MeshKey("box"), pose(25.5, 0.0) @ np.diag([1.0, 60.0, 30.0, 1.0]))
    view = camera(z=0.7, metering=Metering(manual_ev=8.0 if lights == MAIN else 10.0), glare=0.0, noise=0.0)
    rgb = renderer.render(scene(car, wall, weather=NIGHT), view, RGB).rgb
    assert rgb is not None
    red = light_of_pixels(rgb)[:, :, 0].astype(float)

    def lux(column: int, row: int) -> float:
        right, down = (column + 0.5 - 80.0) / 80.0, (row + 0.5 - 48.0) / 80.0
        cd = dipped_cd(np.degrees(np.arctan(right)), -np.degrees(np.arctan(down)))
        if lights == MAIN:
            cd = cd + main_cd(np.degrees(np.arctan(right)), -np.degrees(np.arctan(down)))
        return 2.0 * float(cd) / 25.0**2 / (1.0 + right**2 + down**2) ** 1.5

    points = [(80, 50), (82, 50), (74, 50), (92, 51), (66, 51), (80, 54)]
    want = np.array([lux(*point) for point in points])
    seen = np.array([red[row, column] for column, row in points])
    np.testing.assert_allclose(seen / seen[0], want / want[0], rtol=0.12, atol=0.02)
    # on the left, the wall is dark above the cut-off and bright below it
    if lights == DIPPED:
        assert red[50, 74] > 8.0 * red[45, 74]


def test_street_lamps_light_the_ground_by_the_inverse_square() -> None:
    lamp = StreetLamp((0.0, 0.0, 8.0), intensity_cd=4000.0)
    where, texels, _ = lamp_field([lamp], np.zeros(3))

    def lux(x: float) -> float:
        """On level ground: what falls straight down on it."""
        column, row = ((p - where.corner_world_m[k]) * 128.0 / where.side_m for k, p in enumerate((x, 0.0)))
        return float(texels[int(row), int(column), 2])

    # under it 4000 / 8 ** 2; at 8 m aside 4000 / (8 ** 2 + 8 ** 2) * cos 45, within a texel of 1.25 m
    assert lux(0.0) == pytest.approx(62.5, rel=0.03)
    assert lux(8.1) == pytest.approx(4000.0 / 128.0 * np.sqrt(0.5), rel=0.12)


def test_between_two_lamps_it_is_as_dark_as_their_distance_says(renderer: CameraRenderer) -> None:
    # lamps 30 m apart: under one 62.5 lx and a little of the other; in the middle twice 4000 / 289 * (8 / 17)
    lamps = (StreetLamp((0.0, 0.0, 8.0)), StreetLamp((30.0, 0.0, 8.0)))
    _, texels, _ = lamp_field(lamps, np.zeros(3))
    row = texels[64, :, 2].astype(float)
    x = (np.arange(128) + 0.5) * 1.25 - 80.0
    middle, under = np.interp(15.0, x, row), np.interp(0.0, x, row)
    # beyond 55 degrees off straight down a bowl gives less: at cos 8 / 17 it gives (0.4706 - 0.17) / 0.4
    assert middle == pytest.approx(2.0 * 4000.0 / 289.0 * (8.0 / 17.0) * 0.7515, rel=0.03)
    assert under == pytest.approx(62.5, rel=0.05)
    # and the camera's linear picture shows that ratio; a lamp's light also comes from all around, 0.18 of it
    down = np.eye(4)
    down[:3, :3] = [[0, 0, 1], [0, 1, 0], [-1, 0, 0]]

    def seen(x_m: float) -> float:
        T = down.copy()
        T[:3, 3] = (x_m, 0.0, 6.0)
        view = camera(metering=Metering(manual_ev=7.5), glare=0.0)
        at_night = scene(static=ground(lamps), weather=NIGHT, lamps_on=True)
        rgb = renderer.render(at_night, replace(view, T_world_camera=T), RGB).rgb
        assert rgb is not None
        return float(light_of_pixels(rgb)[44:52, 76:84, 0].mean())

    shown_middle, shown_under = seen(15.0), seen(0.0)
    around_middle = 2.0 * 4000.0 / 289.0 * 0.7515
    want = (middle + 0.18 * around_middle) / (under * 1.18)
    assert shown_middle / shown_under == pytest.approx(want, rel=0.2)


def test_lamps_that_changed_by_day_shine_changed_at_night(renderer: CameraRenderer) -> None:
    strong, weak = ((StreetLamp((6.0, 0.0, 8.0), intensity_cd=cd),) for cd in (4000.0, 1000.0))
    view = camera(metering=Metering(manual_ev=7.5), glare=0.0, noise=0.0)

    def street(lamps: tuple[StreetLamp, ...], by_day: bool = False) -> float:
        weather = Weather() if by_day else NIGHT
        rgb = renderer.render(scene(static=ground(lamps), weather=weather, lamps_on=not by_day), view, RGB).rgb
        assert rgb is not None
        return float(light_of_pixels(rgb)[-8:, 72:88, 0].mean())

    before = street(strong)
    street(weak, by_day=True)
    assert street(weak) < 0.5 * before
    street(strong, by_day=True)
    assert street(strong) == before
