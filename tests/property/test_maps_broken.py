"""OpenDRIVE that somebody broke: refused in one line, or a world of finite places."""

from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.world.maps import load_map, map_from_xodr
from sim.world.maps.network import read_network
from sim.world.scenery import make_scenery

VALUES = ("NaN", "inf", "-1", "0", "1e308", "", "nine", "77777", "-2.5")


def broken(xodr, choices):
    """The text with elements dropped, doubled or emptied and attributes overwritten."""
    root = ElementTree.fromstring(xodr)
    for what, where, key, value in choices:
        parents = [element for element in root.iter() if len(element)]
        parent = parents[where % len(parents)]
        child = parent[key % len(parent)]
        if what == "drop":
            parent.remove(child)
        elif what == "double":
            parent.append(child)
        elif what == "empty":
            child.clear()
        elif child.attrib:
            child.set(sorted(child.attrib)[value % len(child.attrib)], VALUES[value % len(VALUES)])
    return ElementTree.tostring(root, encoding="unicode")


number = st.integers(0, 10_000)
choice = st.tuples(st.sampled_from(["drop", "double", "empty", "set", "set", "set"]), number, number, number)


def built(choices):
    """Scenery of a broken map, None when it is refused in one line."""
    xodr = broken(load_map("junction").xodr, choices)
    refusal = "none"
    try:
        scenery = make_scenery("broken", read_network(xodr), xodr, ())
        heights = scenery.ground_z_m(scenery.strips[0].inner_world_m[:, :2])
    except ValueError as error:
        refusal, scenery, heights = str(error), None, np.zeros(1)
    assert np.isfinite(heights).all()
    assert refusal
    assert "\n" not in refusal
    return scenery


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(choice, min_size=1, max_size=3))
def test_a_broken_map_is_refused_in_one_line_or_finite(choices):
    scenery = built(choices)
    assert scenery is None or all(np.isfinite(strip.quads()).all() for strip in scenery.strips)


@settings(max_examples=4, deadline=None, derandomize=True)
@given(st.lists(choice, min_size=1, max_size=3))
def test_what_is_built_of_a_broken_map_stands_somewhere(choices):
    scenery = built(choices)
    if scenery is not None:
        assert np.isfinite(scenery.solids.center_world_m).all()
        assert np.isfinite(scenery.ground_z_m(np.array([[0.0, 0.0], [30.0, 30.0], [1e4, 1e4]]))).all()


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(1, 20_000))
def test_a_torn_file_is_refused(length):
    with pytest.raises(ValueError, match=r"^OpenDRIVE: not XML .*$"):
        read_network(load_map("junction").xodr[:length])


def road(number, length="10.0", geometry='<geometry s="0" x="0" y="0" hdg="0" length="10"><line/></geometry>', link=""):
    lanes = (
        '<laneSection s="0"><center><lane id="0" type="none"/></center>'
        '<right><lane id="-1" type="driving"><width sOffset="0" a="3" b="0" c="0" d="0"/></lane></right></laneSection>'
    )
    return (
        f'<road id="{number}" length="{length}" junction="-1"><link>{link}</link>'
        f"<planView>{geometry}</planView><lanes>{lanes}</lanes></road>"
    )


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("", "root <OpenDRIVE> with no <road>, want <OpenDRIVE> with at least one"),
        (road(1) + road(1), "road 1 is there twice"),
        (road("one"), "road id 'one', want an integer"),
        (road(1, length="NaN"), "road 1: length 'NaN', want metres above 0, at most 200000"),
        (road(1, length="0"), "road 1: length '0', want metres above 0, at most 200000"),
        (road(1, geometry=""), "road 1: no geometry"),
        (
            road(1, geometry='<geometry s="0" x="0" y="0" hdg="0" length="0"><line/></geometry>'),
            "road 1: all its geometries have no length",
        ),
        (
            road(1, geometry='<geometry s="0" x="0" y="0" hdg="0" length="10"><knot/></geometry>'),
            "road 1: geometry of 'knot', want one of arc, line, paramPoly3, poly3, spiral",
        ),
        (
            road(1, link='<successor elementType="road" elementId="9" contactPoint="start"/>'),
            "road 1: its successor '9' is not there",
        ),
        ("".join(road(n) for n in range(20_001)), "20001 roads, at most 20000 are taken"),
    ],
)
def test_what_is_broken_is_named(body, says):
    with pytest.raises(ValueError, match=r"^OpenDRIVE: ") as caught:
        map_from_xodr("broken", f"<OpenDRIVE>{body}</OpenDRIVE>")
    assert str(caught.value) == f"OpenDRIVE: {says}"


def test_roads_at_the_ends_of_the_earth_are_refused():
    far = road(2, geometry='<geometry s="0" x="6000000" y="6000000" hdg="0" length="10"><line/></geometry>')
    with pytest.raises(ValueError, match=r"roads are spread over 6000 x 6000 km; about 31 x 31 km are the most"):
        map_from_xodr("far", f"<OpenDRIVE><header/>{road(1)}{far}</OpenDRIVE>")
