"""Episodes of the server without a server: no sockets, no threads."""

from __future__ import annotations

import socket
from functools import cache

import numpy as np

from sim.server.actors import Actor
from sim.server.episode import Episode, EpisodeStart
from sim.server.layouts import ActorDescription, AttributeValue, EpisodeSettings
from sim.server.poses import matrices
from sim.server.streams import StreamServer
from sim.server.world_map import WorldMap, find_map
from sim.world.maps.data import MapData, Solids
from sim.world.scene import StaticScene

TICK_NS = 50_000_000


@cache
def plain_map(wall_at_x_m: float | None = None) -> WorldMap:
    """An endless level plain with one road, and a wall across it if told so."""
    wall = np.array([[wall_at_x_m or 0.0, 0.0, 1.0]])
    solids = Solids(wall, np.array([[0.5, 20.0, 1.0]]), np.zeros(1), np.array([4], np.uint8))
    nothing = Solids(np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0), np.zeros(0, np.uint8))
    return WorldMap(
        MapData(
            name="plain",
            xodr=_XODR,
            split="nominal",
            scenery=lambda: StaticScene("plain", ()),
            spawn_points=((0.0, 0.0, 0.0, 0.0),),
            origin_lat_deg=49.0,
            origin_lon_deg=9.0,
            solids=lambda: nothing if wall_at_x_m is None else solids,
            signal_heads=(),
            ground_z_m=lambda xy: np.zeros(len(xy)),
        )
    )


@cache
def real_map(name: str) -> WorldMap:
    return find_map(name)


def episode_on(world_map: WorldMap, settings: EpisodeSettings | None = None) -> Episode:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        streams = StreamServer(unused)
    return Episode(world_map, streams, EpisodeStart(settings=settings or EpisodeSettings()))


def put(
    episode: Episode,
    blueprint_id: str,
    xyz_m: tuple[float, float, float] = (0.0, 0.0, 0.0),
    rpy_rad: tuple[float, float, float] = (0.0, 0.0, 0.0),
    parent: Actor | None = None,
    **attributes: str,
) -> Actor:
    given = [AttributeValue(name, 4, value) for name, value in attributes.items()]
    pose = matrices(np.array([xyz_m], dtype=float), np.array([rpy_rad], dtype=float))[0]
    return episode.spawn(ActorDescription(0, blueprint_id, given), pose, parent)


_XODR = """<?xml version="1.0"?><OpenDRIVE><header revMajor="1" revMinor="4" name="plain" version="1"/>
<road name="r" length="1000" id="0" junction="-1"><type s="0" type="town"><speed max="30" unit="km/h"/></type>
<type s="500" type="rural"><speed max="20" unit="m/s"/></type>
<planView><geometry s="0" x="0" y="1.75" hdg="0" length="1000"><line/></geometry></planView>
<elevationProfile/><lateralProfile/><lanes><laneSection s="0"><center><lane id="0" type="none" level="false"/></center>
<right><lane id="-1" type="driving" level="false"><link/><width sOffset="0" a="3.5" b="0" c="0" d="0"/></lane></right>
</laneSection></lanes></road></OpenDRIVE>"""
