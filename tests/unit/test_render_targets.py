"""Framebuffers do not pile up, however many sizes of pictures are asked for."""

from typing import Any
from unittest.mock import MagicMock

from sim.render.targets import Targets


def test_framebuffers_used_longest_ago_are_dropped() -> None:
    targets: Any = Targets(MagicMock())
    first = targets.get(4096, 4096, ("color",))  # half of all that is kept
    small = targets.get(10, 10, ("color",))
    assert targets.get(4096, 4096, ("color",)) is first
    targets.get(4096, 4097, ("color",))  # too much with the first, which is dropped after the small one
    assert targets.get(4096, 4096, ("color",)) is not first
    assert targets.get(10, 10, ("color",)) is not small


def test_one_framebuffer_is_kept_whatever_its_size() -> None:
    targets: Any = Targets(MagicMock())
    huge = targets.get(8192, 8192, ("color", "depth"))
    assert targets.get(8192, 8192, ("color", "depth")) is huge


def test_only_what_mirrors_has_colours_to_copy_to() -> None:
    context = MagicMock()
    target = Targets(context).get(9, 5, ("color",))
    assert [call.args[0] for call in context.texture.call_args_list] == [(9, 5)]
    assert target.half is target.half
    assert target.copy is target.copy
    assert [call.args[0] for call in context.texture.call_args_list[1:]] == [(4, 2), (9, 5)]
