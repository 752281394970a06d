"""The registries with every detector of the project in them.

Importing this module imports each module in the folders of the sensors, whose decorators register what they hold. A
new detector is found by lying there; such a module imports its heavy libraries only when it builds something.
"""

from __future__ import annotations

import importlib
import pkgutil

import perception.camera
import perception.lidar
import perception.radar
from perception.registry import DETECTORS, IMAGE_DETECTORS

__all__ = ["DETECTORS", "IMAGE_DETECTORS"]

for _package in (perception.camera, perception.lidar, perception.radar):
    for _module in pkgutil.iter_modules(_package.__path__, _package.__name__ + "."):
        importlib.import_module(_module.name)
