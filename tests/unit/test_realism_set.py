"""The frozen nominal set: its definition, its scenes, and what is true of them."""

from dataclasses import replace

import numpy as np
import pytest

from moosetest.config import ConfigError
from moosetest.digest import digest_of
from scenarios.dataset.labels import outline
from scenarios.realism.definition import FILE, KINDS, nominal_set
from scenarios.realism.measure import CountedObject, Tally
from scenarios.realism.scenes import Scenes
from scenarios.realism.table import Slices, rows_of
from scenarios.realism.truth import rider_mesh
from sim.assets import library
from sim.assets.mesh import Mesh, MeshKey
from sim.render.view import CameraView
from sim.world.weathers import weathers

FROZEN = "5fb7734e54d55bfd"


def test_the_definition_is_frozen():
    """Whoever changes it or its weathers on purpose changes this line too, and measures anew."""
    nominal = nominal_set()
    assert digest_of([nominal, [weathers()[name].ranges for name in nominal.weathers]])[:16] == FROZEN


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"urban_avenue"', '"urban_street"', "maps: 'urban_street' is of split train, want one of split nominal"),
        ('"vehicle.audi.tt"', '"vehicle.audi.a2"', "assets.car: 'vehicle.audi.a2' is of split train"),
        ('"vehicle.audi.tt"', '"vehicle.audi.ttt"', "assets.car: 'vehicle.audi.ttt' is unknown"),
        ('"clear_day"', '"low_sun"', "weathers: 'low_sun' is none of splits train and nominal"),
        ("frames_per_map", "frames_a_map", "unknown key 'frames_a_map'"),
    ],
)
def test_a_definition_that_does_not_fit_is_named(tmp_path, old, new, message):
    path = tmp_path / "set.toml"
    path.write_text(FILE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        nominal_set(path)


def test_a_scene_depends_on_its_number_alone():
    two_maps = replace(nominal_set(), maps=("urban_avenue", "urban_bend"))
    scenes = Scenes(two_maps)
    forward = [_drawn(scenes.frame(i)) for i in range(4)]
    assert [_drawn(scenes.frame(i)) for i in reversed(range(4))] == forward[::-1]
    assert len(set(forward)) == 4


def _drawn(frame):
    return digest_of([frame.map_name, frame.view.T_world_camera, [u.instance.T_world_body for u in frame.users]])


def test_every_kind_is_drawn_and_vans_are_counted_apart():
    nominal = nominal_set()
    assert {nominal.kind_of(name) for kind in KINDS for name in getattr(nominal.assets, kind)} == set(KINDS)
    assert nominal.kind_of("vehicle.moosetest.panel_van") == "van"
    assert sum(group.share for group in nominal.population().groups) == pytest.approx(1.0)


def test_an_outline_holds_the_pixels_whose_centres_it_covers():
    # A square of 2 m at 10 m: focal 320 px, so 64 px wide, and the optical axis meets the corner of four pixels.
    corners = np.array([[0, -1, -1], [0, 1, -1], [0, 1, 1], [0, -1, 1]], dtype=np.float32)
    blank = np.zeros((4, 3), dtype=np.float32)
    square = Mesh(
        corners, blank, blank, blank[:, :2], np.zeros(4, np.uint8), np.array([[0, 1, 2], [0, 2, 3]], np.uint32)
    )
    view = CameraView(640, 384, float(np.pi / 2), np.eye(4))
    place = np.eye(4)
    place[0, 3] = 10.0
    shape = outline(view, square, place)
    assert shape.mask.sum() == 64 * 64
    assert shape.box_px == pytest.approx([287.5, 159.5, 351.5, 223.5])
    place[1, 3] = 10.0  # its middle on the left edge of the picture
    half = outline(view, square, place)
    assert half.mask.sum() == 32 * 64
    assert half.inside_share == pytest.approx(0.5)


def test_a_far_person_is_as_large_as_its_silhouette():
    """The finer grid keeps thin things thin: against an outline drawn twelve times as large."""
    mesh = library.mesh(MeshKey("walker.pedestrian.0005", "walk_2", 1))
    place = np.eye(4)
    place[0, 3] = 25.0
    small = outline(CameraView(640, 384, 1.0472, np.eye(4)), mesh, place).mask
    large = outline(CameraView(640 * 3, 384 * 3, 1.0472, np.eye(4)), mesh, place).mask
    assert small.sum() == pytest.approx(large.sum() / 9, rel=0.06)


def test_the_rider_is_what_the_bare_machine_lacks():
    both = library.mesh(MeshKey("vehicle.gazelle.omafiets", "", 1))
    machine = library.mesh(MeshKey("vehicle.gazelle.omafiets", "bare", 1))
    rider = rider_mesh(both, machine)
    assert len(rider.triangle) == len(both.triangle) - len(machine.triangle)
    assert rider.position_m[:, 2].max() == pytest.approx(both.position_m[:, 2].max())
    assert np.ptp(rider.position_m[:, 0]) < np.ptp(machine.position_m[:, 0])


def test_rows_say_what_was_measured_and_whether_the_bound_holds():
    def cars(found):
        return [
            CountedObject(kind="car", distance_m=9.0, height_px=40.0, hidden_share=0.0, found=i < found)
            for i in range(20)
        ]

    result = Tally(
        frames=4,
        objects=tuple(cars(19)),
        objects_a_frame=(5, 5, 5, 5),
        false_boxes=(0, 1, 0, 1),
        on_nothing=(0, 0, 0, 1),
    )
    rows = {row.what: row for row in rows_of(nominal_set(), result)}
    assert (rows["car"].measured, rows["car"].objects, rows["car"].holds) == (0.95, 20, True)
    assert (rows["van"].objects, rows["van"].holds) == (0, False)  # nothing measured is no success
    assert (rows["false boxes a frame"].measured, rows["false boxes a frame"].holds) == (0.5, False)
    # Four frames with mean 0.5 and deviation 0.5: 1.96 * 0.5 / sqrt(4) = 0.49.
    assert rows["false boxes a frame"].low == pytest.approx(0.01)
    assert rows["boxes on nothing a frame"].measured == 0.25


def test_slices_take_what_lies_beyond_their_ends():
    heights = Slices("height", "px", (32, 48, 64), lambda thing: thing.height_px)
    things = [
        CountedObject(kind="car", distance_m=9.0, height_px=h, hidden_share=0.0, found=True) for h in (20, 47.9, 48, 99)
    ]
    assert heights.labels() == ["32-48 px", "48-64 px"]
    assert heights.counts(things) == [2, 2]
