"""Who is to blame, from how the same drive went with truth in place of some modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import combinations
from math import factorial

from scenarios.drive.modules import Module

Set = frozenset[Module]


@dataclass(frozen=True, slots=True)
class Trial:
    """How a drive went with truth in place of some modules: `restored` is the share of the missing margin."""

    passed: bool
    restored: float


class Kind(Enum):
    """MODULE: it alone makes the difference. SET: only these together. NOT_PASSABLE: not even all of them."""

    MODULE = "module"
    SET = "set"
    NOT_PASSABLE = "not passable"


@dataclass(frozen=True, slots=True)
class Blame:
    """The verdict on the modules; `cures` are those that alone turn the failure into a pass, in the chain's order."""

    kind: Kind
    modules: tuple[Module, ...]
    cures: tuple[Module, ...]
    why: str


def settled(trials: Mapping[Set, Trial], erring: Sequence[Module]) -> list[Set] | None:
    """The shortest way to an answer: the erring modules alone, in their order, until one makes the difference.

    Whatever the others would do, `decide` then blames that one. Returns what to swap next; nothing when the answer is
    certain; None when no erring module makes the difference.
    """
    for module in erring:
        alone = frozenset({module})
        if alone not in trials:
            return [alone]
        if trials[alone].passed:
            return []
    return None


def wanted(modules: Sequence[Module], trials: Mapping[Set, Trial]) -> list[Set]:
    """The sets of modules to swap next; none when there is all for a full table.

    First nothing, everything, and each module alone. When nothing alone helps: more and more from the chain's front on,
    which bounds how many are needed, then all sets of fewer, smallest first.
    """
    first = [frozenset[Module](), frozenset(modules), *(frozenset({module}) for module in modules)]
    if missing := [swapped for swapped in first if swapped not in trials]:
        return missing
    if not trials[frozenset(modules)].passed or _cures(modules, trials):
        return []
    for size in range(2, len(modules)):
        prefix = frozenset(modules[:size])
        if prefix not in trials:
            return [prefix]
        if trials[prefix].passed:
            break
    for size in range(2, len(modules)):
        sets = [frozenset(members) for members in combinations(modules, size)]
        if any(swapped in trials and trials[swapped].passed for swapped in sets):
            return []
        if missing := [swapped for swapped in sets if swapped not in trials]:
            return missing[:1]
    return []


def decide(modules: Sequence[Module], trials: Mapping[Set, Trial], erring: Sequence[Module] = ()) -> Blame:
    """Who is to blame.

    Of several modules each of which alone makes the difference, those whose own error is beyond its norm come first:
    seeing earlier than any network makes up for late brakes, too, but that the network saw no earlier is no error.
    Where no error is, the earliest in the chain, as a later one's truth makes up for what it was given.

    Args:
        modules: of the stack, in the chain's order.
        trials: at least those that `wanted` or `settled` ask for.
        erring: modules whose own errors are beyond their norms, the least normal one first.
    """
    cures = _cures(modules, trials)
    if cures:
        guilty = [module for module in erring if module in cures] or cures
        return Blame(Kind.MODULE, (guilty[0],), cures, _why(guilty[0], cures, erring))
    if not trials[frozenset(modules)].passed:
        return Blame(Kind.NOT_PASSABLE, (), (), "it fails with truth in place of all modules, too")
    passing = [swapped for swapped, trial in trials.items() if trial.passed]
    size = min(len(swapped) for swapped in passing)
    smallest = [tuple(sorted(swapped)) for swapped in passing if len(swapped) == size]
    together = min(smallest, key=lambda members: [modules.index(module) for module in members])
    return Blame(Kind.SET, together, (), "none of them alone makes the difference, all of them together do")


def shapley(modules: Sequence[Module], trials: Mapping[Set, Trial]) -> dict[Module, float] | None:
    """Each module's fair share of what truth everywhere restores (Shapley, 1953); None unless all sets were driven."""
    n = len(modules)
    if len(trials) < 2**n:
        return None
    shares = dict.fromkeys(modules, 0.0)
    for module in modules:
        others = [other for other in modules if other is not module]
        for size in range(n):
            weight = factorial(size) * factorial(n - size - 1) / factorial(n)
            for members in combinations(others, size):
                gain = trials[frozenset({*members, module})].restored - trials[frozenset(members)].restored
                shares[module] += weight * gain
    return shares


def _cures(modules: Sequence[Module], trials: Mapping[Set, Trial]) -> tuple[Module, ...]:
    alone = {module: trials.get(frozenset({module})) for module in modules}
    return tuple(module for module, trial in alone.items() if trial is not None and trial.passed)


def _why(guilty: Module, cures: Sequence[Module], erring: Sequence[Module]) -> str:
    if len(cures) == 1 and guilty not in erring:
        return "the run passes with truth in its place alone, with truth in that of any other it does not"
    if len(cures) == 1:
        return "the run passes with truth in its place alone; its own error is beyond its norm"
    others = " and ".join(module.value for module in cures if module is not guilty)
    if guilty not in erring:
        reason = "it comes first in the chain"
    elif any(module in erring for module in cures if module is not guilty):
        reason = "its own error is the farthest beyond its norm"
    else:
        reason = "its own error is beyond its norm"
    return f"the run passes with truth in place of it or of {others}; {reason}"
