import numpy as np
import pytest

from sim.render.film import Curve, Film, developed, light_of_pixels, white_balance

GREYS = np.repeat(np.arange(256, dtype=np.uint8)[:, None, None], 3, axis=2)


def mean_of(film: Film, rgb: tuple[int, int, int] = (128, 128, 128)) -> np.ndarray:
    return film.developed(np.array([[rgb]], np.uint8))[0, 0].astype(float)


def test_the_usual_film_changes_nothing() -> None:
    assert Film().developed(GREYS) is GREYS


def test_pixels_to_light_and_back() -> None:
    assert (developed(light_of_pixels(GREYS)) == GREYS).all()
    assert (np.diff(light_of_pixels(GREYS)[:, 0, 0]) >= 0.0).all()


def test_light_of_a_pixel_by_hand() -> None:
    """Display value y of exposed light c: x = c - 0.004, y = x (6.2 x + 0.5) / (x (6.2 x + 1.7) + 0.06)."""
    x = 0.5 - 0.004
    y = x * (6.2 * x + 0.5) / (x * (6.2 * x + 1.7) + 0.06)
    pixel = np.full((1, 1, 3), round(255 * y), np.uint8)
    assert light_of_pixels(pixel)[0, 0, 0] == pytest.approx(0.5, rel=0.01)


def test_the_usual_white_balance_is_the_identity() -> None:
    assert white_balance(6500.0, 0.0) == pytest.approx(np.eye(3), abs=1e-9)


def test_white_balance_keeps_luminance_nearly_and_warms_with_the_temperature() -> None:
    warm, cold = mean_of(Film(temperature_k=9000.0)), mean_of(Film(temperature_k=4500.0))
    assert warm[0] > warm[1] > warm[2]
    assert cold[0] < cold[1] < cold[2]
    warmth = [np.subtract(*mean_of(Film(temperature_k=t))[[0, 2]]) for t in (3000, 4500, 6500, 8000, 12000)]
    assert (np.diff(warmth) > 0).all()


def test_tint_moves_green_against_red_and_blue() -> None:
    for tint, sign in ((0.5, 1.0), (-0.5, -1.0)):
        red, green, blue = mean_of(Film(tint=tint))
        assert sign * (green - (red + blue) / 2.0) > 5.0


def test_grey_keeps_its_value_on_the_curve() -> None:
    for curve in (Curve(), Curve(slope=0.7), Curve(slope=1.1, toe=0.6)):
        assert curve.display(np.array([0.18]))[0] == pytest.approx(0.18, abs=0.02)


def test_the_curve_rises_from_black_to_white() -> None:
    shown = Curve().display(np.concatenate([[0.0], np.geomspace(1e-4, 100.0, 200)]))
    assert shown[0] == pytest.approx(0.0, abs=1e-12)
    assert shown[-1] == 1.0
    assert (np.diff(shown) >= 0.0).all()


def test_a_steeper_slope_has_more_contrast() -> None:
    contrast = []
    for slope in (0.6, 0.88, 1.1):
        dark, bright = (mean_of(Film(Curve(slope=slope)), (v, v, v))[0] for v in (60, 170))
        contrast.append(bright - dark)
    assert contrast[0] < contrast[1] < contrast[2]


def test_more_toe_and_more_black_clip_darken_the_dark() -> None:
    usual = mean_of(Film(), (40, 40, 40))[0]
    assert mean_of(Film(Curve(toe=0.7)), (40, 40, 40))[0] < usual
    assert mean_of(Film(Curve(black_clip=0.05)), (40, 40, 40))[0] < usual


def test_a_later_shoulder_and_white_clip_brighten_the_bright() -> None:
    usual = mean_of(Film(), (220, 220, 220))[0]
    assert mean_of(Film(Curve(shoulder=0.6)), (220, 220, 220))[0] > usual
    assert mean_of(Film(Curve(white_clip=0.3)), (220, 220, 220))[0] > usual


@pytest.mark.parametrize("extreme", [Curve(slope=0.0), Curve(toe=5.0), Curve(shoulder=-9.0), Curve(black_clip=-9.0)])
def test_nonsense_gives_a_picture_all_the_same(extreme: Curve) -> None:
    assert Film(extreme).developed(GREYS).shape == GREYS.shape
