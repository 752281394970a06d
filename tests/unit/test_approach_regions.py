"""Which pixels are the target's and which its cue's: ids in a picture, packed into bits and back."""

from types import SimpleNamespace

import numpy as np
import pytest

from scenarios.approach.rails import Masks
from scenarios.approach.regions import Regions
from scenarios.case import find_case

HEIGHT_PX, WIDTH_PX = 5, 7


def view(**actor_id):
    """Pixels of the ids 7 and 9 in a picture; `actor_id` by role."""
    ids = np.zeros((HEIGHT_PX, WIDTH_PX), np.uint16)
    ids[1:4, 2:5], ids[2, 3] = 7, 9
    objects = SimpleNamespace(role=tuple(actor_id), actor_id=np.array(list(actor_id.values())))
    return SimpleNamespace(masks={"cam": Masks(ids * 0, ids)}, truth=SimpleNamespace(objects=objects))


def test_regions_are_the_pixels_of_the_actors_of_those_roles():
    # A picture holds the low 16 bits of an id.
    found = Regions.of(view(person=7 + 65536, print=9, tree=3), "cam", "person", ("print", "absent"))
    assert found.target.sum() == 8
    assert np.argwhere(found.cue).tolist() == [[2, 3]]
    assert found.target_box_px.tolist() == [1.5, 0.5, 4.5, 3.5]


def test_nobody_has_no_box():
    assert Regions.of(view(person=5), "cam", "person", ()).target_box_px is None
    assert Regions.of(view(other=7), "cam", "person", ()).target_box_px is None


def test_bits_come_back_as_they_went():
    rng = np.random.default_rng(0)
    label = rng.integers(0, 3, (HEIGHT_PX, WIDTH_PX))
    bits = Regions(label == 1, label == 2).packed()
    assert bits.shape == (2, 5)  # 35 bits
    back = Regions.unpacked(bits, HEIGHT_PX, WIDTH_PX)
    assert np.array_equal(back.target, label == 1)
    assert np.array_equal(back.cue, label == 2)


@pytest.mark.parametrize(
    ("case_id", "cue"),
    [
        ("stop_sign_shirt", ("print",)),  # what severity changes
        ("signals_on_a_truck", ("head_0", "head_1", "head_2")),  # by a wildcard
        ("person_before_poster", ("board",)),  # what the control arm leaves out
        ("camouflage", ()),  # the target itself
        ("fog", ()),  # no actor
    ],
)
def test_a_case_says_by_its_arms_and_sweeps_what_carries_its_cue(case_id, cue):
    assert find_case(case_id).cue_roles(1.0, 0) == cue
