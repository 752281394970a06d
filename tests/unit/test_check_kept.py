"""Proofs of a case count until its seed, the code or the stacks change."""

import json

import pytest

from moosetest.config import ConfigError
from scenarios.check.kept import FILE, Kept, MadeBy

MADE_BY = MadeBy(seed=0, code="a1", fused=False)
TEMPE = {"case": "tempe", "holds": True}


def test_what_was_proven_is_known_the_next_time(tmp_path):
    Kept(tmp_path, MADE_BY).add(TEMPE)
    assert Kept(tmp_path, MADE_BY).current["tempe"]["holds"] is True


@pytest.mark.parametrize("other", [MadeBy(1, "a1", False), MadeBy(0, "b2", False), MadeBy(0, "a1", True)])
def test_what_something_else_has_proven_is_proven_anew_and_kept_until_then(tmp_path, other):
    Kept(tmp_path, MADE_BY).add(TEMPE)
    kept = Kept(tmp_path, other)
    assert kept.current == {}
    kept.add({"case": "fog", "holds": False})
    assert sorted(kept.current) == ["fog"]
    assert sorted(Kept(tmp_path, MADE_BY).current) == ["tempe"]
    kept.add(TEMPE)
    assert sorted(Kept(tmp_path, other).current) == ["fog", "tempe"]


def test_without_a_folder_nothing_is_written(tmp_path):
    kept = Kept(None, MADE_BY)
    kept.add(TEMPE)
    assert sorted(kept.current) == ["tempe"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("text", ["{", "[]", '{"cases": [3]}', json.dumps({"rows": []})])
def test_a_file_of_another_kind_is_told_and_left_alone(tmp_path, text):
    (tmp_path / FILE).write_text(text)
    with pytest.raises(ConfigError, match=r"checks\.json: not what check-case keeps"):
        Kept(tmp_path, MADE_BY)
    assert (tmp_path / FILE).read_text() == text
