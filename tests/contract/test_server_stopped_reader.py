"""A client that stops taking world states does not hold up the clock of another."""

import socket

import carla

from sim.embedded import EmbeddedServer
from tests.raw_client import RawClient
from tests.toy_client import toy_client

TICKS = 3000
CROWD = 60
"""Makes a world state of some 8 kB: all of them are more than the system keeps for who does not read."""


def test_ticks_end_in_time_beside_a_client_that_reads_no_more() -> None:
    with EmbeddedServer("junction") as server, toy_client(server.port) as toy:
        place = toy.world.get_map().get_spawn_points()[0].location + carla.Location(z=50.0)
        for _ in range(CROWD):
            toy.spawn("static.prop.barrel", carla.Transform(place))
        stopped = RawClient(server.port)
        stopped.state.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        toy.client.set_timeout(10.0)
        frame = toy.world.tick()
        assert toy.ticks(TICKS) == frame + TICKS
        stopped.close()
