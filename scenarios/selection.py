"""Which cases a few words mean: names with wildcards, `family:`, `tag:`, `polarity:`, `!` to leave out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase

from moosetest.registry import UnknownNameError, nearest_hint
from scenarios.case import Case, all_cases

_SIDES: dict[str, Callable[[Case], tuple[str, ...]]] = {
    "case": lambda case: (case.case_id,),
    "family": lambda case: (case.family,),
    "tag": lambda case: case.tags,
    "polarity": lambda case: (case.polarity.value, case.polarity.name.lower()),
}
"""What of a case each kind of word is held against; a polarity goes by its letter or its name."""


def select_cases(words: Sequence[str]) -> list[Case]:
    """The cases that any word means, all where none says which, but for those that a word with `!` means; by name.

    Raises:
        UnknownNameError: a word that means no case, with the nearest that does; or nothing is left.
    """
    cases = all_cases()
    wanted = [word for word in words if not word.startswith("!")]
    left_out = [case for word in words if word.startswith("!") for case in _meant(word[1:], cases)]
    chosen = [case for word in wanted for case in _meant(word, cases)] if wanted else cases
    selected = [case for case in cases if case in chosen and case not in left_out]
    if not selected:
        raise UnknownNameError(f"{' '.join(words)!r} leaves no case: what is wanted is left out again")
    return selected


def _meant(word: str, cases: Sequence[Case]) -> list[Case]:
    kind, pattern = word.split(":", 1) if ":" in word else ("case", word)
    if kind not in _SIDES:
        raise UnknownNameError(f"select {word!r}: no kind {kind!r}, {nearest_hint(kind, list(_SIDES))}")
    side = _SIDES[kind]
    meant = [case for case in cases if any(fnmatchcase(name, pattern) for name in side(case))]
    if not meant:
        known = sorted({name for case in cases for name in side(case)})
        raise UnknownNameError(f"select {word!r} means no case: {nearest_hint(pattern, known)}")
    return meant
