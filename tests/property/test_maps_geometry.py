"""Geometry of roads holds for all of them: unit speed, tangents, fast heights equal to slow ones."""

from xml.etree import ElementTree

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.world.maps import load_map
from sim.world.maps.cubics import Course, Cubics
from sim.world.maps.network import read_network
from sim.world.scenery.strips import lane_strips

CURVATURES = st.floats(-0.1, 0.1)


def course(k0, k1, heading):
    piece = ElementTree.Element("geometry", {"s": "0", "x": "3", "y": "-4", "hdg": str(heading), "length": "60"})
    ElementTree.SubElement(piece, "spiral", {"curvStart": str(k0), "curvEnd": str(k1)})
    return Course((piece,))


@settings(derandomize=True, max_examples=60, deadline=None)
@given(CURVATURES, CURVATURES, st.floats(-4, 4), st.floats(1, 59))
def test_a_step_along_the_course_is_as_long_as_said_and_along_its_heading(k0, k1, heading, s_m):
    step_m = 1e-3
    xy, turn = course(k0, k1, heading)([s_m - step_m, s_m, s_m + step_m])
    ahead = (xy[2] - xy[0]) / (2 * step_m)
    assert np.allclose(ahead, [np.cos(turn[1]), np.sin(turn[1])], atol=1e-5)


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=4, max_size=4), st.floats(0, 10))
def test_cubics_are_their_polynomial(coefficients, s_m):
    element = ElementTree.Element("width", dict(zip("abcd", map(str, coefficients), strict=True), sOffset="2"))
    a, b, c, d = coefficients
    t = s_m - 2
    assert np.isclose(Cubics.read([element], "sOffset")([s_m])[0], a + b * t + c * t**2 + d * t**3)


@settings(derandomize=True, max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_fast_heights_are_those_of_the_surfaces(seed):
    data = load_map("junction")
    rng = np.random.default_rng(seed)
    strips = lane_strips(read_network(data.xodr))
    strip = strips[int(rng.integers(len(strips)))]
    cell = strip.quads()[int(rng.integers(len(strip.s_m) - 1))]
    inside = shapely.Polygon(cell[:, :2]).buffer(-0.2)
    place = np.average(cell, axis=0, weights=rng.uniform(0.1, 1.0, 4))
    if shapely.contains_xy(inside, *place[:2]):
        assert np.isclose(data.ground_z_m(place[None, :2])[0], place[2], atol=1e-6)
