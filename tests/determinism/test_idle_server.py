"""How long a server idled before a run must not show in it: clouds and strobes follow the run's own clock."""

import time

import numpy as np

from scenarios.actors import Place, RoadPlace
from scenarios.drive.path import LanePath
from scenarios.staging import EGO_BLUEPRINT
from sim.embedded import EmbeddedServer
from sim.rig import load_rig
from sim.session import Session


def picture_after(idle_s):
    with EmbeddedServer("urban_street") as server:
        time.sleep(idle_s)
        session = Session(f"127.0.0.1:{server.port}", "urban_street")
        session.spawn_ego(EGO_BLUEPRINT, LanePath(session.map, RoadPlace(1, -1, 20.0)).pose(Place(0.0)))
        session.attach_sensors(load_rig().only(frozenset({"cam_main"})), seed=0)
        ticks = [session.tick() for _ in range(2)]
        session.close()
    return ticks[-1].bundle.frames["cam_main"].image_rgb


def test_pictures_do_not_depend_on_how_long_the_server_idled():
    np.testing.assert_array_equal(picture_after(0.0), picture_after(2.5))
