"""The contact sheet shows every asset it is asked for, in each of its views."""

import numpy as np
import pytest

from sim.render.contact_sheet import ASSETS_A_ROW, CELL_PX, LABEL_PX, YAWS_RAD, contact_sheet
from sim.render.context import RenderUnavailableError

NAMES = ["vehicle.tesla.model3", "walker.pedestrian.0001", "static.prop.constructioncone"]


def cell(sheet: np.ndarray, asset: int, view: int) -> np.ndarray:
    width, height = CELL_PX
    row, column = divmod(asset, ASSETS_A_ROW)
    top = row * (height + LABEL_PX) + LABEL_PX
    left = (column * len(YAWS_RAD) + view) * width
    return sheet[top : top + height, left : left + width].astype(int)


def test_every_view_shows_its_asset_whole() -> None:
    try:
        sheet = contact_sheet(NAMES)
    except RenderUnavailableError as error:
        pytest.skip(str(error))
    width, height = CELL_PX
    assert sheet.shape == (2 * (height + LABEL_PX), ASSETS_A_ROW * len(YAWS_RAD) * width, 3)
    for asset in range(len(NAMES)):
        for view in range(len(YAWS_RAD)):
            picture = cell(sheet, asset, view)
            # the asphalt is grey: what has a colour, or is far darker or brighter, is the asset or its shadow
            middle = picture[height // 4 : -height // 4, width // 4 : -width // 4]
            assert np.ptp(middle.mean(axis=2)) > 60, (asset, view)
            border = np.concatenate([picture[20:, :3].reshape(-1, 3), picture[20:, -3:].reshape(-1, 3)])
            assert np.ptp(np.median(border, axis=0)) < 25, (asset, view)


def test_an_unknown_asset_is_named() -> None:
    with pytest.raises(KeyError, match=r"vehicle\.no\.such"):
        contact_sheet(["vehicle.no.such"])
