"""What is drawn over a picture: the map glows where it is, the target is outlined."""

import numpy as np

from scenarios.approach.regions import Regions
from scenarios.why.picture import CUE_RGB, SAID_RGB, TRUE_RGB, draw_map

HEIGHT_PX, WIDTH_PX = 120, 200


def drawn(importance, width_px=WIDTH_PX, box_px=None):
    target, cue = np.zeros((2, HEIGHT_PX, WIDTH_PX), np.bool_)
    target[60:100, 20:60], cue[60:100, 120:160] = True, True
    picture = np.full((HEIGHT_PX, WIDTH_PX, 3), (200, 100, 50), np.uint8)
    return draw_map(picture, importance, Regions(target, cue), box_px, width_px)


def test_nothing_glows_where_the_map_is_nothing():
    importance = np.zeros((HEIGHT_PX, WIDTH_PX), np.float32)
    importance[10:30, 80:120] = 1.0
    found = drawn(importance)
    plain, hot = found[110, 100].astype(int), found[20, 100].astype(int)
    assert plain.max() - plain.min() == 0  # grey
    assert hot.sum() > 2 * plain.sum()


def test_target_cue_and_box_are_outlined_in_their_colours():
    found = drawn(np.zeros((HEIGHT_PX, WIDTH_PX), np.float32), box_px=np.array([79.5, 9.5, 109.5, 39.5]))
    for row, column, rgb in ((80, 20, TRUE_RGB), (80, 120, CUE_RGB), (25, 80, SAID_RGB)):
        near = found[row, column - 2 : column + 3].astype(int)
        assert np.abs(near - np.array(rgb)).sum(axis=1).min() < 120
    assert np.ptp(found[80, 40]) == 0  # inside of the target: grey


def test_the_width_is_as_asked_and_the_height_follows():
    assert drawn(np.zeros((HEIGHT_PX, WIDTH_PX), np.float32), width_px=400).shape == (240, 400, 3)
