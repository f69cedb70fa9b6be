"""The functions of the opening handshake that a learner passes on to `websockets.serve`.

    process_request, process_response     plain or async; None, or a response instead
    select_subprotocol                    plain; a name of those offered, or None

Whatever one of them raises, and whatever else it returns, is a row, and the client is answered 500.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from websockets.exceptions import InvalidHandshake
from websockets.http11 import Response

from wslab.net.errors import BadType
from wslab.net.recording import AlreadyReported
from wslab.net.server.handlers import explain_raise
from wslab.net.tasks import is_cancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from websockets.asyncio.server import ServerConnection
    from websockets.http11 import Request
    from websockets.typing import Subprotocol

    from wslab.net.sockets import Life
    from wslab.timeline import End

_SO = "the server answers 500"


class HandshakeHooks:
    """The learner's functions, watched.

    Args:
        options: The options of `websockets.serve`, those functions among them.
        life: That of the server: what is cut off because it ends is not news.

    Attributes:
        options: The same, with the watched functions; `process_request` is left to the caller.
    """

    def __init__(self, options: dict[str, Any], life: Life) -> None:
        self.options = dict(options)
        self._request = self.options.pop("process_request", None)
        self._response = self.options.get("process_response")
        self._select = self.options.get("select_subprotocol")
        self._limit = options.get("open_timeout", 10)
        self._life = life
        if self._response is not None:
            self.options["process_response"] = self._process_response
        if self._select is not None:
            self.options["select_subprotocol"] = self._select_subprotocol

    async def process_request(self, connection: ServerConnection, request: Request) -> Response | None:
        """What the learner's own `process_request` answers.

        Raises:
            AlreadyReported: It raised, or returned something else; there is a row.
        """
        if self._request is None:
            return None
        return await self._ask("process_request", connection, self._request, request)

    async def _process_response(
        self, connection: ServerConnection, request: Request, response: Response
    ) -> Response | None:
        assert self._response is not None
        return await self._ask("process_response", connection, self._response, request, response)

    async def _ask(
        self, name: str, connection: ServerConnection, function: Callable[..., Any], *said: Request | Response
    ) -> Response | None:
        end: End = connection.end  # type: ignore[attr-defined]
        try:
            answer = function(connection, *said)
            answer = await answer if inspect.isawaitable(answer) else answer
            if answer is None or isinstance(answer, Response):
                return answer
            raise BadType(  # noqa: TRY301  (a row like any other error of it)
                f"{name} returns None or a Response, not {type(answer).__name__} {answer!r:.60}; "
                'write return connection.respond(403, "why")'
            )
        except BaseException as error:
            if is_cancelled(error):
                if not self._life.closes:
                    why = f"the opening handshake took longer than open_timeout, {self._limit:g} s"
                    explain_raise(end, TimeoutError(why).with_traceback(error.__traceback__), name, "TCP is closed")
                raise
            explain_raise(end, error, name, _SO)
            raise AlreadyReported from error

    def _select_subprotocol(self, connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol | None:
        assert self._select is not None
        try:
            chosen: Subprotocol | None = self._select(connection, offered)
            if chosen is None or isinstance(chosen, str):
                return chosen
            raise BadType(  # noqa: TRY301
                f"select_subprotocol returns one of {', '.join(offered) or 'none'}, or None, "
                f"not {type(chosen).__name__} {chosen!r:.60}"
            )
        except InvalidHandshake:  # its way to refuse: the client is answered 400
            raise
        except BaseException as error:
            explain_raise(connection.end, error, "select_subprotocol", _SO)  # type: ignore[attr-defined]
            raise AlreadyReported from error
