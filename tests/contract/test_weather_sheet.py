"""The sheet of lights and weathers shows one street, each time as its sky makes it."""

from __future__ import annotations

import numpy as np
import pytest

from scenarios.weather_sheet import CELL_PX, CELLS_A_ROW, LABEL_PX, WEATHERS, weather_sheet
from sim.render.context import RenderUnavailableError


@pytest.fixture(scope="module")
def cells() -> dict[str, np.ndarray]:
    """(H, W) brightness of each picture."""
    try:
        sheet = weather_sheet("urban_street", 0).astype(float).mean(axis=2)
    except RenderUnavailableError as error:
        pytest.skip(str(error))
    width, height = CELL_PX
    assert sheet.shape == (len(WEATHERS) // CELLS_A_ROW * (height + LABEL_PX), CELLS_A_ROW * width)
    found = {}
    for k, name in enumerate(WEATHERS):
        row, column = divmod(k, CELLS_A_ROW)
        top = row * (height + LABEL_PX) + LABEL_PX
        found[name] = sheet[top : top + height, column * width : (column + 1) * width]
    return found


def test_night_is_dark_but_for_its_lamps(cells: dict[str, np.ndarray]) -> None:
    sky = np.s_[:40, 160:320]
    assert np.median(cells["night, wet"][sky]) < 0.2 * np.median(cells["clear noon"][sky])
    assert cells["night, wet"].max() > 200


def test_fog_takes_the_contrast_of_what_is_far(cells: dict[str, np.ndarray]) -> None:
    middle = np.s_[110:170, 180:300]
    assert cells["fog"][middle].std() < 0.5 * cells["overcast"][middle].std()


def test_snow_whitens_the_road(cells: dict[str, np.ndarray]) -> None:
    road = np.s_[220:, :]
    assert cells["snow"][road].mean() > 1.5 * cells["overcast"][road].mean()
