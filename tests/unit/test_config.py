from dataclasses import dataclass

import pytest

from moosetest.config import ConfigError, from_mapping, from_toml
from moosetest.registry import Registry, UnknownNameError
from sim.rig import load_rig


@dataclass(frozen=True)
class Inner:
    gate: float = 9.21


@dataclass(frozen=True)
class Outer:
    name: str
    radius_m: float = 0.8
    inner: Inner = Inner()
    ids: tuple[int, ...] = ()
    path: str | None = None


def test_unknown_key_names_the_nearest():
    with pytest.raises(ConfigError, match="unknown key 'raduis_m'; did you mean 'radius_m'"):
        from_mapping(Outer, {"name": "a", "raduis_m": 1.0}, "here")


def test_nested_and_wrong_types():
    made = from_mapping(Outer, {"name": "a", "radius_m": 1, "inner": {"gate": 4.0}, "ids": [1, 2]}, "here")
    assert made == Outer("a", 1.0, Inner(4.0), (1, 2))
    with pytest.raises(ConfigError, match="here: name: 3 is int, want str"):
        from_mapping(Outer, {"name": 3}, "here")
    with pytest.raises(ConfigError, match="missing key 'name'"):
        from_mapping(Outer, {}, "here")
    with pytest.raises(ConfigError, match="True is bool"):
        from_mapping(Outer, {"name": "a", "radius_m": True}, "here")


def test_file_errors_are_one_line(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.toml: cannot be read"):
        from_toml(Outer, tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("name = ")
    with pytest.raises(ConfigError, match=r"bad\.toml: not TOML"):
        from_toml(Outer, tmp_path / "bad.toml")


def test_registry_refuses_duplicates_and_typos():
    registry: Registry[Outer] = Registry("detector")
    registry.register("centroid-v1", Outer)(lambda config: config)
    assert registry.build("centroid-v1", name="x").name == "x"
    with pytest.raises(ValueError, match="registered already"):
        registry.register("centroid-v1", Outer)(lambda config: config)
    with pytest.raises(UnknownNameError, match="did you mean 'centroid-v1'"):
        registry.build("centriod-v1", name="x")
    with pytest.raises(ConfigError, match="detector centroid-v1: unknown key 'nme'"):
        registry.build("centroid-v1", nme="x")


def test_rig_by_name_and_typo():
    rig = load_rig("default")
    assert rig.sensor_ids == ["cam_main", "cam_tele", "lidar_front", "radar_front"]
    # Focal lengths 554 and 1,815 px
    assert rig.cameras[0].K_px[0, 0] == pytest.approx(554.26, abs=0.01)
    assert rig.cameras[1].K_px[0, 0] == pytest.approx(1814.81, abs=0.01)
    with pytest.raises(ConfigError, match="did you mean 'default'"):
        load_rig("defualt")
