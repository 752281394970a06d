"""The animals' blueprint ids."""

from typing import Final

MOOSE: Final = "walker.moosetest.moose"
DEER: Final = "walker.moosetest.deer"
DOG: Final = "walker.moosetest.dog"
HORSE_RIDER: Final = "walker.moosetest.horse_rider"
KANGAROO: Final = "walker.moosetest.kangaroo"
ANIMALS: Final = (MOOSE, DEER, DOG, HORSE_RIDER, KANGAROO)
