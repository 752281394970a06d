"""Which prop is built how: own meshes where there are some, else a plain body of the true size by category."""

from __future__ import annotations

from collections.abc import Callable

from sim.assets.builder import MeshBuilder
from sim.assets.catalog import Asset
from sim.assets.fitting import fitted
from sim.assets.mesh import Material, Mesh
from sim.assets.props import calibration, furniture, ground_hazards, lost_loads, plants, roadworks, wheeled
from sim.assets.props.moosetest import add_billboard, add_poster, add_signal_head, add_traffic_light
from sim.assets.props.obstacles import PREFIX
from sim.assets.props.shapes import DARK, METAL, WHITE, WOOD, Color, Profile, add_lathe, add_legs, add_mound

_Add = Callable[[MeshBuilder, Asset, int], None]

_CARDBOARD: Color = (0.36, 0.24, 0.13)
_CONCRETE: Color = (0.32, 0.31, 0.29)
_GREEN: Color = (0.05, 0.16, 0.07)
_BARREL: Profile = (
    (0.92, 0.0),
    (0.92, 0.30),
    (1.0, 0.32),
    (0.92, 0.35),
    (0.92, 0.65),
    (1.0, 0.67),
    (0.92, 0.70),
    (0.92, 1.0),
)
_BIN: Profile = ((0.78, 0.0), (0.92, 0.82), (1.0, 0.83), (1.0, 0.88), (0.6, 1.0))
_POT: Profile = ((0.7, 0.0), (0.95, 0.9), (1.0, 0.9), (1.0, 1.0))
_FOUNTAIN: Profile = (
    (1.0, 0.0),
    (1.0, 0.12),
    (0.9, 0.12),
    (0.9, 0.08),
    (0.2, 0.08),
    (0.1, 0.55),
    (0.35, 0.6),
    (0.05, 0.65),
    (0.05, 1.0),
)
_DRUM: Profile = ((0.95, 0.0), (1.0, 0.06), (1.0, 0.94), (0.95, 1.0))
_FIGURE: Profile = ((0.8, 0.0), (1.0, 0.2), (0.8, 0.5), (0.55, 0.62), (0.62, 0.72), (0.45, 0.82), (0.05, 1.0))
_LAMP_POST: Profile = ((0.6, 0.0), (0.3, 0.1), (0.3, 0.6), (1.0, 0.65), (0.9, 0.9), (0.2, 1.0))
_HELMET: Profile = ((0.85, 0.0), (1.0, 0.3), (0.95, 0.6), (0.6, 0.9), (0.1, 1.0))
_TRAMPOLINE: Profile = ((1.0, 0.28), (1.0, 0.30))


def _turned(profile: Profile, color: Color, material: Material) -> _Add:
    def add(builder: MeshBuilder, asset: Asset, level: int) -> None:
        add_lathe(builder, asset.size_lwh_m, profile, color, material, level)

    return add


def _heap(color: Color, material: Material) -> _Add:
    def add(builder: MeshBuilder, asset: Asset, level: int) -> None:
        add_mound(builder, asset.size_lwh_m, color, material, level)

    return add


def _boxed(color: Color, material: Material) -> _Add:
    """A box; at the finest level with a band of tape round it, so that it is not one flat colour."""

    def add(builder: MeshBuilder, asset: Asset, level: int) -> None:
        length, width, height = asset.size_lwh_m
        half = (0.5 * length, 0.5 * width, 0.5 * height)
        builder.box((0, 0, half[2]), half, color, material)
        if level == 0 and height > 0.1:
            band = tuple(0.7 * c for c in color)
            builder.box((0, 0, half[2]), (0.08 * length, half[1] * 1.002, half[2] * 1.002), band, material)

    return add


def _trampoline(builder: MeshBuilder, asset: Asset, level: int) -> None:
    size = asset.size_lwh_m
    add_lathe(builder, size, _TRAMPOLINE, DARK, Material.CLOTH, level)
    add_legs(builder, (size[0] * 0.72, size[1] * 0.72, size[2]), 1.0, 0.06, METAL)
    add_lathe(builder, size, ((1.0, 0.96), (1.0, 1.0)), METAL, Material.METAL, level)


_KINDS: tuple[tuple[str, _Add], ...] = (
    ("aporosatree", plants.add_broadleaf),
    ("cypresstree", plants.add_cypress),
    ("coconutpalm", plants.add_palm),
    ("plantpot05", _turned(_POT, (0.33, 0.15, 0.10), Material.CONCRETE)),
    ("plantpot", plants.add_pot_plant),
    ("barrel", _turned(_BARREL, (0.06, 0.16, 0.35), Material.METAL)),
    ("bench", furniture.add_bench),
    ("table", furniture.add_table),
    ("plastictable", furniture.add_table),
    ("plasticchair", furniture.add_chair),
    ("swingcouch", furniture.add_swing),
    ("swing", furniture.add_swing),
    ("clothesline", furniture.add_clothes_line),
    ("slide", furniture.add_slide),
    ("constructioncone", furniture.add_cone),
    ("trafficcone", furniture.add_cone),
    ("trafficwarning", furniture.add_arrow_trailer),
    ("warning", furniture.add_warning),
    ("streetbarrier", furniture.add_barrier),
    ("chainbarrier", furniture.add_chain),
    ("streetsign", furniture.add_sign),
    ("advertisement", furniture.add_sign),
    ("maptable", furniture.add_sign),
    ("busstop", furniture.add_shelter),
    ("pergola", furniture.add_shelter),
    ("foodcart", furniture.add_machine),
    ("vendingmachine", furniture.add_machine),
    ("atm", furniture.add_machine),
    ("kiosk", furniture.add_machine),
    ("shoppingcart", furniture.add_cart),
    ("shoppingtrolley", furniture.add_case),
    ("briefcase", furniture.add_case),
    ("guitarcase", furniture.add_case),
    ("travelcase", furniture.add_case),
    ("purse", furniture.add_case),
    ("shoppingbag", furniture.add_case),
    ("bin", _turned(_BIN, _GREEN, Material.METAL)),
    ("trashcan", _turned(_BIN, (0.10, 0.10, 0.11), Material.METAL)),
    ("trashbag", _heap((0.02, 0.02, 0.022), Material.CLOTH)),
    ("plasticbag", _heap((0.55, 0.55, 0.56), Material.CLOTH)),
    ("platformgarbage", _heap((0.20, 0.16, 0.12), Material.MATTE)),
    ("dirtdebris", _heap((0.16, 0.12, 0.08), Material.MATTE)),
    ("haybale", _heap((0.42, 0.32, 0.12), Material.MATTE)),
    ("fountain", _turned(_FOUNTAIN, _CONCRETE, Material.CONCRETE)),
    ("streetfountain", _boxed(_CONCRETE, Material.CONCRETE)),
    ("gnome", _turned(_FIGURE, (0.42, 0.05, 0.04), Material.MATTE)),
    ("gardenlamp", _turned(_LAMP_POST, DARK, Material.METAL)),
    ("trampoline", _trampoline),
    ("bike helmet", _turned(_HELMET, (0.05, 0.20, 0.45), Material.MATTE)),
    ("motorhelmet", _turned(_HELMET, (0.45, 0.03, 0.03), Material.PAINT)),
    ("colacan", _turned(_DRUM, (0.50, 0.02, 0.02), Material.METAL)),
    ("garbage", _turned(_DRUM, (0.45, 0.45, 0.44), Material.METAL)),
    ("wateringcan", _turned(_DRUM, (0.05, 0.25, 0.10), Material.METAL)),
    ("clothcontainer", _boxed((0.55, 0.42, 0.05), Material.METAL)),
    ("glasscontainer", _turned(_BIN, _GREEN, Material.METAL)),
    ("container", _boxed(_GREEN, Material.METAL)),
    ("doghouse", _boxed(WOOD, Material.MATTE)),
    ("barbeque", _boxed(DARK, Material.METAL)),
    ("mailbox", _boxed((0.55, 0.40, 0.02), Material.METAL)),
    ("ironplank", _boxed((0.20, 0.15, 0.12), Material.METAL)),
    ("brokentile", _boxed((0.35, 0.14, 0.09), Material.CONCRETE)),
    ("mobile", _boxed(DARK, Material.GLASS)),
    ("calibrator", _boxed(WHITE, Material.MATTE)),
)
"""The first whose name begins a prop's own name builds it; what is not listed is a cardboard box."""
_OWN: dict[str, _Add] = {
    "bollard": roadworks.add_bollard,
    "hydrant": roadworks.add_hydrant,
    "concrete_barrier": roadworks.add_concrete_barrier,
    "drum": roadworks.add_drum,
    "beacon": roadworks.add_beacon,
    "boom_gate": roadworks.add_boom_gate,
    "pallet": lost_loads.add_pallet,
    "tyre": lost_loads.add_tyre,
    "mattress": lost_loads.add_mattress,
    "sofa": lost_loads.add_sofa,
    "ladder": lost_loads.add_ladder,
    "sand_heap": ground_hazards.add_sand_heap,
    "manhole_open": ground_hazards.add_manhole_open,
    "fallen_tree": ground_hazards.add_fallen_tree,
    "poster": add_poster,
    "signal_head": add_signal_head,
    "pram": wheeled.add_pram,
    "scooter_lying": wheeled.add_scooter_lying,
    "corner_reflector": calibration.add_corner_reflector,
}
"""By the last part of the id: what CARLA does not have."""


def prop(asset: Asset, level: int) -> Mesh:
    """The mesh of a prop, filling its bounding box, on the ground; a traffic light's head about its own middle."""
    builder = MeshBuilder()
    if asset.name == "traffic.traffic_light":
        add_traffic_light(builder, level)
        return builder.build()
    if asset.name == "static.moosetest.billboard":
        add_billboard(builder)
        return builder.build()
    _adder(asset.name)(builder, asset, level)
    return fitted(builder.build(), asset.size_lwh_m)


def _adder(name: str) -> _Add:
    if name.startswith(PREFIX):
        return _OWN[name.removeprefix(PREFIX)]
    short = name.removeprefix("static.prop.")
    plain = _boxed(_CARDBOARD, Material.MATTE)
    return next((add for kind, add in _KINDS if short.startswith(kind)), plain)
