"""The table of calls a client may make: arguments are checked against the handler's annotations."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from sim.server.layouts import Convert, LayoutError, to_wire, unpacker
from sim.server.rpc import RpcConnection

if TYPE_CHECKING:
    from sim.server.simulation import Simulation

_LOG = logging.getLogger(__name__)
F = TypeVar("F", bound=Callable[..., Any])


class CallError(Exception):
    """A call that cannot be done; its text reaches the client's user."""


class Where(Enum):
    """Which thread runs a call, and whether the world's lock is held."""

    HERE = "the connection's thread, under the lock"
    SIMULATION = "the simulation thread, under the lock"
    UNLOCKED = "the simulation thread; takes the lock itself when it needs it"
    APART = "the connection's thread, without the lock: calls that do not touch the world"


@dataclass(frozen=True, slots=True)
class Handler:
    """One call: its function, its argument converters, how its result is wrapped."""

    name: str
    function: Callable[..., Any]
    converters: tuple[Convert, ...]
    required: int
    returns_value: bool
    bare: bool
    where: Where
    wants_caller: bool = False

    def run(self, simulation: Simulation, arguments: list[Any], caller: RpcConnection | None = None) -> Any:
        """The wrapped result, or the wrapped error: this never raises for what a client sent."""
        try:
            given = [caller] if self.wants_caller else []
            if self.where in (Where.UNLOCKED, Where.APART):
                result = self.function(simulation, *given, *self._convert(arguments))
            else:
                with simulation.lock:
                    result = self.function(simulation, *given, *self._convert(arguments))
        except (CallError, LayoutError) as error:
            return self._failure(str(error))
        except Exception as error:
            _LOG.exception("call %s failed", self.name)
            return self._failure(f"{self.name}: internal error: {error}")
        if self.bare:
            return result
        return [[1, to_wire(result)]] if self.returns_value else [[False]]

    def _convert(self, arguments: list[Any]) -> list[Any]:
        if len(arguments) < self.required:
            raise LayoutError(f"{self.name}: {len(arguments)} arguments, want {self.required}")
        try:
            return [convert(item) for convert, item in zip(self.converters, arguments, strict=False)]
        except LayoutError as error:
            raise LayoutError(f"{self.name}: {error}") from error

    def _failure(self, message: str) -> Any:
        return [[0, [message]]] if self.returns_value or self.bare else [[True, [message]]]


HANDLERS: dict[str, Handler] = {}


def call(*names: str, where: Where = Where.HERE, bare: bool = False) -> Callable[[F], F]:
    """Decorator: the function answers the calls `names`; its first argument is the simulation.

    A second one called `caller` gets the connection that the call came by. A function annotated `-> None` answers with
    CARLA's void response. `bare` results are not wrapped.

    Raises:
        ValueError: a name is taken.
    """

    def register(function: F) -> F:
        hints = get_type_hints(function, include_extras=False, localns=_late_names())
        parameters = list(inspect.signature(function).parameters.values())[1:]
        wants_caller = bool(parameters) and parameters[0].name == "caller"
        parameters = parameters[1:] if wants_caller else parameters
        for name in names:
            if name in HANDLERS:
                raise ValueError(f"call {name!r} is registered already")
            HANDLERS[name] = Handler(
                name=name,
                function=function,
                converters=tuple(unpacker(hints[parameter.name]) for parameter in parameters),
                required=sum(parameter.default is inspect.Parameter.empty for parameter in parameters),
                returns_value=hints.get("return") is not type(None),
                bare=bare,
                where=where,
                wants_caller=wants_caller,
            )
        return function

    return register


def _late_names() -> dict[str, Any]:
    """Stands in for the simulation's type in annotations: its module imports this one."""
    return {"Simulation": Any}
