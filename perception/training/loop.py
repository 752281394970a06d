"""The training loop that both networks share: time budget, cosine schedule, averaged weights, checkpoints, resume.

Each batch is drawn from a generator seeded with (seed, step), so a resumed run sees what an unbroken one would have.
With `steps` a run is a function of its seed; with `minutes` its length depends on the machine.
"""

from __future__ import annotations

import copy
import math
import os
import pickle
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from moosetest.config import ConfigError

Batch = TypeVar("Batch")

GRADIENT_CLIP = 10.0
"""Norm above which gradients are scaled down; the value of the reference YOLO trainers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopConfig:
    """How long and how to train.

    Args:
        minutes: wall-clock budget, over all resumed runs together.
        steps: number of steps in place of the budget, for a repeatable run.
        seed: of the initial weights, the batches and their augmentation.
        threads: torch's threads; its reductions depend on them, so weights do too.
        learning_rate: peak of the cosine schedule (AdamW).
        warmup_steps: steps in which the learning rate rises to its peak.
        average_decay: of the running mean of the weights, which is what is kept.
        checkpoint_steps: steps between checkpoints.
        show_progress: whether to draw a progress bar on standard error.
    """

    minutes: float = 40.0
    steps: int | None = None
    seed: int = 0
    threads: int = 2
    learning_rate: float = 1.5e-3
    weight_decay: float = 0.02
    warmup_steps: int = 60
    average_decay: float = 0.998
    checkpoint_steps: int = 200
    show_progress: bool = True

    def __post_init__(self) -> None:
        if self.minutes <= 0 or (self.steps is not None and self.steps <= 0):
            raise ConfigError(f"training: minutes = {self.minutes}, steps = {self.steps}; want values > 0")
        if self.threads < 1:
            raise ConfigError(f"training: threads = {self.threads}; want at least 1")


@dataclass(slots=True)
class LoopState:
    """How far a run is: what a checkpoint keeps beside the weights."""

    step: int = 0
    elapsed_s: float = 0.0
    losses: list[float] = field(default_factory=list)


def uses_bfloat16() -> bool:
    """Whether this processor computes in bfloat16; where it only emulates it, float32 is ten times as fast (seen)."""
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


def train(
    network: torch.nn.Module,
    loss_of: Callable[[torch.nn.Module, Batch], torch.Tensor],
    make_batch: Callable[[np.random.Generator, float], Batch],
    config: LoopConfig,
    checkpoint: Path,
) -> tuple[torch.nn.Module, LoopState]:
    """Train `network` and return its averaged twin, in evaluation mode, with how the run went.

    Args:
        network: trained in place; its weights and what was averaged so far are read from `checkpoint` if it exists.
        loss_of: loss of a batch, a scalar that can be differentiated.
        make_batch: a batch from a generator and the progress in [0, 1); called in another thread, in order of steps.
        config: how long and how.
        checkpoint: file to go on from, and to write to.
    """
    torch.set_num_threads(config.threads)
    network.to(memory_format=torch.channels_last).train()
    average = copy.deepcopy(network).eval()
    optimizer = _optimizer(network, config)
    state = _resume(checkpoint, network, average, optimizer)
    with _ProgressBar(config) as bar:
        for batch in _batches(make_batch, config, state):
            started_s = time.monotonic()
            for group in optimizer.param_groups:
                group["lr"] = config.learning_rate * _schedule(state, config)
            loss = _step(network, loss_of, batch, optimizer)
            state.step += 1
            _blend(average, network, config.average_decay * (1.0 - math.exp(-state.step / 100.0)))
            state.losses.append(loss)
            state.elapsed_s += time.monotonic() - started_s
            bar(state)
            if state.step % config.checkpoint_steps == 0:
                _save(checkpoint, network, average, optimizer, state)
    _save(checkpoint, network, average, optimizer, state)
    return average, state


def _step(
    network: torch.nn.Module, loss_of: Callable[[torch.nn.Module, Any], torch.Tensor], batch: Any, optimizer: Any
) -> float:
    loss = loss_of(network, batch)
    if not torch.isfinite(loss):
        optimizer.zero_grad()
        return math.inf
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), GRADIENT_CLIP)
    optimizer.step()
    optimizer.zero_grad()
    return float(loss.detach())


def autocast() -> AbstractContextManager[None]:
    """The context in which a forward pass runs: bfloat16 where the processor has it."""
    return torch.autocast("cpu", torch.bfloat16) if uses_bfloat16() else nullcontext()


def _progress(state: LoopState, config: LoopConfig) -> float:
    return state.step / config.steps if config.steps is not None else state.elapsed_s / (60.0 * config.minutes)


def _schedule(state: LoopState, config: LoopConfig) -> float:
    warm = min(1.0, (state.step + 1) / config.warmup_steps)
    return warm * (0.01 + 0.99 * 0.5 * (1.0 + math.cos(math.pi * min(1.0, _progress(state, config)))))


def _batches(
    make_batch: Callable[[np.random.Generator, float], Batch], config: LoopConfig, state: LoopState
) -> Iterator[Batch]:
    """Batches until the budget is used up, each made while the one before is trained on."""
    with ThreadPoolExecutor(max_workers=1) as pool:

        def submit(step: int) -> Any:
            return pool.submit(make_batch, np.random.default_rng([config.seed, step]), _progress(state, config))

        pending = submit(state.step)
        while _progress(state, config) < 1.0:
            waited_s = time.monotonic()
            batch = pending.result()
            state.elapsed_s += time.monotonic() - waited_s
            pending = submit(state.step + 1)
            yield batch


def _optimizer(network: torch.nn.Module, config: LoopConfig) -> torch.optim.Optimizer:
    """AdamW with decay on matrices and kernels only, as is usual: not on biases and normalisation."""
    decayed = [p for p in network.parameters() if p.requires_grad and p.ndim > 1]
    plain = [p for p in network.parameters() if p.requires_grad and p.ndim <= 1]
    groups = [{"params": decayed, "weight_decay": config.weight_decay}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=config.learning_rate, betas=(0.9, 0.99))


def _blend(average: torch.nn.Module, network: torch.nn.Module, decay: float) -> None:
    with torch.no_grad():
        for mean, value in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
            if mean.dtype.is_floating_point:
                mean.lerp_(value, 1.0 - decay)
            else:
                mean.copy_(value)


def _save(path: Path, network: Any, average: Any, optimizer: Any, state: LoopState) -> None:
    values = {
        "network": network.state_dict(),
        "average": average.state_dict(),
        "optimizer": optimizer.state_dict(),
        "step": state.step,
        "elapsed_s": state.elapsed_s,
        "losses": state.losses,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    torch.save(values, part)
    os.replace(part, path)


def start_from(checkpoint: Path | None, network: torch.nn.Module) -> dict[str, Any]:
    """Give `network` the averaged weights of an earlier training; what a model card says of that, {} without one.

    Raises:
        ConfigError: no such file, or one of another network.
    """
    if checkpoint is None:
        return {}
    values = _read(checkpoint, "give another --start")
    with _told_of(checkpoint, "give another --start"):
        network.load_state_dict(values["average"])
    return {"started from": f"weights of {values['step']} steps on an earlier dataset"}


def _resume(path: Path, network: Any, average: Any, optimizer: Any) -> LoopState:
    if not path.exists():
        return LoopState()
    remedy = "delete it or train without --resume"
    values = _read(path, remedy)
    with _told_of(path, remedy):
        network.load_state_dict(values["network"])
        average.load_state_dict(values["average"])
        optimizer.load_state_dict(values["optimizer"])
    return LoopState(step=values["step"], elapsed_s=values["elapsed_s"], losses=list(values["losses"]))


def _read(path: Path, remedy: str) -> dict[str, Any]:
    with _told_of(path, remedy):
        return dict(torch.load(path, map_location="cpu", weights_only=True))


@contextmanager
def _told_of(path: Path, remedy: str) -> Iterator[None]:
    """Whatever a foreign file raises becomes one error that names it."""
    try:
        yield
    except (OSError, RuntimeError, KeyError, ValueError, EOFError, pickle.UnpicklingError) as error:
        raise ConfigError(f"{path}: not a checkpoint of this network; {remedy}") from error


class _ProgressBar:
    """Draws steps, loss and the share of the budget."""

    def __init__(self, config: LoopConfig) -> None:
        text = TextColumn("step {task.fields[step]}  loss {task.fields[loss]:.3f}")
        columns = (TextColumn("training"), BarColumn(), text, TimeElapsedColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=Console(stderr=True), disable=not config.show_progress)
        self._config = config

    def __enter__(self) -> Callable[[LoopState], None]:
        self._bar.start()
        self._task = self._bar.add_task("", total=1.0, step=0, loss=0.0)
        return self._draw

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def _draw(self, state: LoopState) -> None:
        loss = float(np.mean(state.losses[-50:]))
        self._bar.update(self._task, completed=_progress(state, self._config), step=state.step, loss=loss)
