"""Something that must be awaited, and says so when it was not.

`server = lab.serve()` without `await` would give a coroutine: using it fails with a riddle, dropping it prints a warning into
another cell. A `Pending` starts nothing until it is awaited, its repr says what to write, and so does every use of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Generator

T = TypeVar("T")


class Pending(Generic[T]):
    """An awaitable that explains itself.

    Args:
        start: Makes the coroutine, once it is awaited.
        write: What to write instead, such as ``server = await lab.serve()``.
    """

    __slots__ = ("_start", "_write")

    def __init__(self, start: Callable[[], Coroutine[Any, Any, T]], write: str) -> None:
        self._start = start
        self._write = write

    def __await__(self) -> Generator[Any, None, T]:
        return self._start().__await__()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        raise AttributeError(
            f"nothing has happened yet, so there is no .{name}: an await is missing. Write: {self._write}"
        )

    def __repr__(self) -> str:
        return f"<nothing has happened yet: an await is missing. Write: {self._write}>"
