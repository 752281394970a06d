"""D-RISE on a detector whose answer is known: it rests on one patch of the picture and on nothing else."""

import numpy as np
import pytest

from moosetest.arrays import ContractError
from moosetest.frames import Transform
from moosetest.objects import ImageDetections, ObjectClass
from perception.explain.drise import Asked, drise, random_mask, sharpest
from scenarios.measure.attribution import attribute

HEIGHT_PX, WIDTH_PX = 96, 160
PATCH = (slice(30, 48), slice(100, 130))
BOX_PX = np.array([99.5, 29.5, 129.5, 47.5])
PERSON = frozenset({int(ObjectClass.PERSON)})


def picture(patch=PATCH):
    """Grey, with a white patch."""
    rgb = np.full((HEIGHT_PX, WIDTH_PX, 3), 90, np.uint8)
    rgb[patch] = 255
    return rgb


def found(score, class_id=ObjectClass.PERSON, box_px=BOX_PX):
    return ImageDetections(
        sensor_id="cam",
        t_ns=0,
        box_px=np.array([box_px]),
        class_id=np.array([class_id], np.int16),
        score=np.array([score]),
        K_px=np.eye(3),
        T_ego_sensor=Transform("ego", "cam", np.eye(4)),
        image_size_px=(WIDTH_PX, HEIGHT_PX),
    )


def rests_on(patch):
    """A detector that always gives the same box, as sure as the patch is white."""
    return lambda rgb: found(np.clip((rgb[patch].mean() - 90.0) / 165.0, 0.0, 1.0))


def pixels(patch):
    mask = np.zeros((HEIGHT_PX, WIDTH_PX), np.bool_)
    mask[patch] = True
    return mask


def share_on(saliency, patch):
    shares = attribute(saliency.map, pixels(patch), np.zeros((HEIGHT_PX, WIDTH_PX), np.bool_))
    return shares.target.share, shares.target.enrichment


def test_the_map_lies_on_the_patch_that_the_answer_rests_on():
    saliency = drise(picture(), rests_on(PATCH), Asked(BOX_PX, PERSON), seed=1, masks=120)
    share, enrichment = share_on(saliency, PATCH)
    assert saliency.peak > 1.5 * saliency.chance
    assert saliency.map.max() == pytest.approx(1.0, abs=0.01)
    row, column = np.unravel_index(saliency.map.argmax(), saliency.map.shape)
    assert pixels(PATCH)[row, column]
    # 3 by 2 cells of 10 px, whose map spreads a cell to each side, thinning out: 20 cells at most.
    assert share > 0.4
    assert enrichment > 10.0


def test_the_map_moves_with_the_patch_though_the_box_does_not():
    moved = (slice(60, 78), slice(20, 50))
    saliency = drise(picture(moved), rests_on(moved), Asked(BOX_PX, PERSON), seed=1, masks=120)
    assert share_on(saliency, moved)[0] > 0.4
    assert share_on(saliency, PATCH)[0] == 0.0


def test_a_detector_that_does_not_look_gives_a_map_of_nothing():
    rng = np.random.default_rng(5)
    for look in (lambda _: found(0.8), lambda _: found(rng.uniform())):
        saliency = drise(picture(), look, Asked(BOX_PX, PERSON), seed=2, masks=60)
        assert not saliency.map.any()
        assert saliency.peak <= saliency.chance


def test_the_same_seed_makes_the_same_map_and_another_does_not():
    maps = [drise(picture(), rests_on(PATCH), Asked(BOX_PX, PERSON), seed, 60).map for seed in (3, 3, 4)]
    assert maps[0].tobytes() == maps[1].tobytes()
    assert maps[0].tobytes() != maps[2].tobytes()


def test_likeness_is_overlap_times_score_of_the_best_box_of_the_class():
    asked = Asked(BOX_PX, PERSON)
    assert asked.likeness(found(0.8)) == pytest.approx(0.8)
    assert asked.likeness(found(0.8, ObjectClass.CAR)) == 0.0
    # A box of the same size a third of its width to the side shares (1 - 1/3) / (1 + 1/3) = one half of the union.
    assert asked.likeness(found(0.8, box_px=BOX_PX + np.array([10.0, 0.0, 10.0, 0.0]))) == pytest.approx(0.4)


def test_masks_show_half_of_the_picture_everywhere():
    rng = np.random.default_rng(0)
    mean = np.mean([random_mask(rng, HEIGHT_PX, WIDTH_PX) for _ in range(400)], axis=0)
    assert mean.shape == (HEIGHT_PX, WIDTH_PX)
    # Of 400 masks with a variance of at most 1/4: sigma 0.025; five of them.
    assert np.abs(mean - 0.5).max() < 0.125


def test_the_sharpest_map_is_the_one_that_many_masks_converge_to():
    """One pixel spreads as a cubic B-spline: 2/3 in the middle and 1/6 a cell away, so a quarter of the top there."""
    one = np.zeros((160, 160), np.bool_)
    one[80, 80] = True  # cells of 10 px
    ideal = sharpest(one, least=0.0)
    assert ideal[80, 80] == 1.0
    assert ideal[80, 90] == pytest.approx(0.25, abs=1e-3)
    assert ideal[90, 90] == pytest.approx(0.0625, abs=1e-3)
    assert ideal[80, 100] == pytest.approx(0.0, abs=1e-6)
    assert sharpest(one, least=0.3)[80, 90] == 0.0


def test_the_map_of_a_known_detector_is_as_sharp_as_can_be():
    saliency = drise(picture(), rests_on(PATCH), Asked(BOX_PX, PERSON), seed=1, masks=240)
    ideal = sharpest(pixels(PATCH), saliency.chance / saliency.peak)
    shares = [share_on(saliency, PATCH)[0], ideal[PATCH].sum() / ideal.sum()]
    assert shares[0] == pytest.approx(shares[1], abs=0.12)


def test_one_mask_is_none():
    with pytest.raises(ContractError, match="masks 1"):
        drise(picture(), rests_on(PATCH), Asked(BOX_PX, PERSON), 0, 1)
