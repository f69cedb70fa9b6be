"""A server: what serves, where it listens, which options it takes, and how it stops."""

from __future__ import annotations

import asyncio
import functools
import socket
from typing import TYPE_CHECKING, Any

import pytest
import websockets
from websockets.exceptions import ConnectionClosed, InvalidStatus

from tests.net.harness import rows, run, said, until
from wslab import BadType, BadValue, Lab, echo

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection


async def shout(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(str(message).upper())


async def ask(url: str, message: str = "hi", **options: Any) -> str:
    async with websockets.connect(url, **options) as client:
        await client.send(message)
        return str(await client.recv())


async def test_a_plain_handler_serves() -> None:
    async with Lab() as lab:
        server = await lab.serve(shout)
        assert await ask(server.url) == "HI"


async def test_without_a_handler_it_echoes() -> None:
    async with Lab() as lab:
        assert await ask((await lab.serve()).url) == "hi"
        assert await ask((await lab.serve(echo, name="same")).url) == "hi"


async def test_the_handler_is_given_the_real_connection_of_websockets() -> None:
    seen: list[object] = []

    async def look(connection: ServerConnection) -> None:
        seen.append(connection)
        assert connection.request is not None
        await connection.send(connection.request.path)

    async with Lab() as lab:
        server = await lab.serve(look)
        async with websockets.connect(f"{server.url}/chat?room=1") as client:
            assert await client.recv() == "/chat?room=1"
    assert isinstance(seen[0], websockets.ServerConnection)


async def test_callable_objects_and_partials_serve() -> None:
    class Greeter:
        async def __call__(self, connection: ServerConnection) -> None:
            await connection.send("from an object")

    async def greet(greeting: str, connection: ServerConnection) -> None:
        await connection.send(greeting)

    async with Lab() as lab:
        for handler, expected in ((Greeter(), "from an object"), (functools.partial(greet, "partly"), "partly")):
            server = await lab.serve(handler)
            async with websockets.connect(server.url) as client:
                assert await client.recv() == expected


async def test_it_listens_on_both_loopback_addresses_with_one_port() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        assert await ask(f"ws://127.0.0.1:{server.port}") == "hi"
        assert await ask(f"ws://[::1]:{server.port}") == "hi"
        assert server.url == f"ws://127.0.0.1:{server.port}"


async def test_it_listens_on_loopback_only() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("203.0.113.1", 9))  # sends nothing; the system says which address it would use
        except OSError:
            pytest.skip("this machine has no address but loopback")
        outside = probe.getsockname()[0]
    if outside.startswith("127."):
        pytest.skip("this machine has no address but loopback")
    async with Lab() as lab:
        server = await lab.serve()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((outside, server.port), 5).close()


async def test_port_0_gives_each_server_a_port_of_its_own() -> None:
    async with Lab() as lab:
        servers = [await lab.serve(name=name) for name in ("a", "b", "c")]
        assert len({server.port for server in servers}) == 3
        assert all(server.port > 1023 for server in servers)


async def test_a_fixed_port_is_kept(held_port: int) -> None:
    async with Lab() as lab:
        server = await lab.serve(port=held_port)
        assert server.port == held_port
        assert await ask(f"ws://127.0.0.1:{held_port}") == "hi"


async def test_options_go_to_websockets() -> None:
    async with Lab() as lab:
        server = await lab.serve(max_size=10, subprotocols=["chat"], compression=None, server_header="lab")
        async with websockets.connect(server.url, subprotocols=["chat"]) as client:  # type: ignore[list-item]
            assert client.subprotocol == "chat"
            assert client.response is not None
            assert client.response.headers["Server"] == "lab"
            assert "Sec-WebSocket-Extensions" not in client.response.headers
            await client.send("eleven char")
            with pytest.raises(ConnectionClosed) as caught:
                await client.recv()
            assert caught.value.rcvd is not None
            assert caught.value.rcvd.code == 1009


@pytest.mark.parametrize("awaited", [False, True])
async def test_a_process_request_of_the_learner_still_decides(awaited: bool) -> None:
    def plain(connection: ServerConnection, request: Any) -> Any:
        return connection.respond(418, "tea\n") if request.path == "/tea" else None

    async def later(connection: ServerConnection, request: Any) -> Any:
        return plain(connection, request)

    async with Lab() as lab:
        server = await lab.serve(process_request=later if awaited else plain)
        assert await ask(server.url) == "hi"
        with pytest.raises(InvalidStatus) as caught:
            await ask(f"{server.url}/tea")
        assert caught.value.response.status_code == 418


async def test_an_unknown_option_is_named_with_its_nearest() -> None:
    async with Lab() as lab:
        with pytest.raises(BadValue, match=r"no option 'ping_intervall'; did you mean ping_interval\?"):
            lab.serve(ping_intervall=3)
        with pytest.raises(BadValue, match="no option 'qqqqqq'; see the documentation"):
            lab.serve(qqqqqq=3)
        with pytest.raises(BadValue, match=r"the lab sets create_connection itself.*leave it out"):
            lab.serve(create_connection=None)


@pytest.mark.parametrize("option", [{"compression": "gzip"}, {"max_size": "ten"}, {"extensions": 5}])
async def test_an_option_that_websockets_refuses_leaves_nothing_behind(option: dict[str, Any]) -> None:
    async with Lab() as lab:
        try:
            server = await lab.serve(**option)
        except (ValueError, TypeError):
            assert lab.servers == ()
        else:  # websockets looks at some options only when a connection comes
            await server.stop()


async def test_it_says_what_it_is() -> None:
    async with Lab() as lab:
        server = await lab.serve(name="chat")
        assert repr(server) == f"<Server 'chat' at {server.url}, 0 open>"
        async with websockets.connect(server.url):
            await until(lambda: len(server.connections) == 1)
            assert repr(server) == f"<Server 'chat' at {server.url}, 1 open>"
            assert repr(server.connections[0]) == "<Connection 1: client to chat, open>"
        await until(lambda: not server.connections)
        await server.stop()
        assert repr(server) == "<Server 'chat' stopped>"


async def test_stop_closes_with_the_code_it_is_given_and_frees_the_port() -> None:
    async with Lab() as lab:
        for code, expected in ((None, 1001), (1013, 1013)):
            server = await lab.serve()
            async with websockets.connect(server.url) as client:
                await (server.stop() if code is None else server.stop(code, "later"))
                with pytest.raises(ConnectionClosed) as caught:
                    await client.recv()
                assert caught.value.rcvd is not None
                assert caught.value.rcvd.code == expected
            with socket.socket() as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                sock.bind(("127.0.0.1", server.port))
            await server.stop()  # stopping a stopped server does nothing


async def test_a_stopped_server_of_a_name_gives_its_port_to_the_next() -> None:
    async with Lab() as lab:
        port = (first := await lab.serve()).port
        await first.stop()
        assert (await lab.serve()).port == port


async def test_a_row_says_where_a_server_listens() -> None:
    async with Lab() as lab:
        server = await lab.serve(name="chat")
        assert [row.text for row in rows(lab, name='server "chat" listens')] == [server.url]
        assert "ws://127.0.0.1:PORT" in lab.transcript()


async def test_both_ends_of_every_connection_are_recorded() -> None:
    async with Lab() as lab:
        server = await lab.serve()
        async with websockets.connect(server.url) as client:
            await client.send("hi")
            await client.recv()
        await lab.settled()
        assert [row.text for row in rows(lab, kind="message")] == ["hi", "hi"]
        assert not said(lab, "lost")


def test_one_server_of_each_name_even_when_served_at_the_same_time() -> None:
    async def both() -> None:
        async with Lab() as lab:
            one, two = await asyncio.gather(lab.serve(), lab.serve(shout))
            assert one.port == two.port
            assert [server.running for server in (one, two)] == [False, True]
            assert lab.servers == (two,)

    run(both())


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
async def test_one_host_may_be_asked_for(host: str) -> None:
    async with Lab() as lab:
        server = await lab.serve(host=host)
        assert await ask(server.url) == "hi"
        again = await lab.serve(host=host)
        assert again.url == server.url


async def test_a_handler_with_another_shape_is_refused() -> None:
    async with Lab() as lab:
        with pytest.raises(BadType, match="must be written with `async def`"):
            lab.serve(lambda connection: None)  # type: ignore[arg-type,return-value]
        with pytest.raises(BadType, match="called with one argument, the connection"):
            lab.serve(two_arguments)  # type: ignore[arg-type]
        with pytest.raises(BadType, match="write its name without brackets, shout and not shout"):
            lab.serve(shout(None))  # type: ignore[arg-type]
        with pytest.raises(BadType, match="async function of one argument, not int 5"):
            lab.serve(5)  # type: ignore[arg-type]


async def two_arguments(connection: ServerConnection, path: str) -> None:
    await connection.send(path)
