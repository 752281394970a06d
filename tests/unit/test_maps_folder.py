from pathlib import Path

import pytest

from sim.server.world_map import available_maps, find_map
from sim.world.maps import UnknownMapError, folder_maps, load_map


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mine.xodr").write_text(load_map("urban_bend").xodr, encoding="utf-8")
    (tmp_path / "broken.xodr").write_text("<OpenDRIVE>", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no map", encoding="utf-8")
    monkeypatch.setenv("MOOSETEST_MAPS", str(tmp_path))
    return tmp_path


def test_files_of_the_folder_are_maps_by_name(folder: Path) -> None:
    assert list(folder_maps()) == ["broken", "mine"]
    assert "Carla/Maps/mine" in available_maps()
    assert find_map("mine").name == "Carla/Maps/mine"
    assert find_map("/Game/Carla/Maps/mine").data.spawn_points == load_map("urban_bend").spawn_points


def test_a_broken_file_is_one_line_that_names_it(folder: Path) -> None:
    with pytest.raises(ValueError, match=r"broken\.xodr: .*OpenDRIVE") as caught:
        find_map("broken")
    assert "\n" not in str(caught.value)


def test_unknown_names_know_the_folder_too(folder: Path) -> None:
    with pytest.raises(UnknownMapError, match="'mime': unknown, the nearest name is 'mine'"):
        find_map("mime")


def test_our_own_map_wins_over_a_file_of_its_name(folder: Path) -> None:
    (folder / "junction.xodr").write_text(load_map("urban_bend").xodr, encoding="utf-8")
    assert available_maps().count("Carla/Maps/junction") == 1
    assert find_map("junction").data is load_map("junction")


def test_a_folder_that_is_none_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOOSETEST_MAPS", str(tmp_path / "nowhere"))
    with pytest.raises(ValueError, match="nowhere': not a folder"):
        find_map("mine")
    monkeypatch.delenv("MOOSETEST_MAPS")
    assert folder_maps() == {}
