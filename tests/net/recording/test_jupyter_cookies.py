"""JupyterLab's own cookies: no handler sees their values, whatever it serves with; every other byte reaches it as it came."""

from __future__ import annotations

import itertools
import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jupyter_server.auth.identity import IdentityProvider, User
from tornado.web import create_signed_value

from tests.net.harness import run, until
from tests.net.relay.relaying import Behind, Wire, relayed
from wslab import Lab
from wslab.net.recording.jupyter_cookies import hide
from wslab.net.recording.request_heads import RequestHeads
from wslab.wire import request
from wslab.wire.handshake import HEAD_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterable

LOGIN = b"username-127-0-0-1-8888"


def signed(name: str, value: str) -> bytes:
    """A cookie as jupyter_server sets it, through tornado, which quotes such a value."""
    return b'"' + create_signed_value("the secret of the server", name, value) + b'"'


def user(name: str) -> bytes:
    """The login of an anonymous user: what a server with a token gives its page."""
    someone = User("0f3c9a", "Anonymous Io", "Anonymous Io", "AI", None, None)
    return signed(name, IdentityProvider().user_to_cookie(someone))


# Which cookies


@pytest.mark.parametrize("host", ["localhost:8888", "127.0.0.1:8889", "[::1]:8888", "hub.example", "a_b.example:80"])
def test_the_login_has_the_name_that_jupyter_server_gives_it(host: str) -> None:
    handler: Any = SimpleNamespace(request=SimpleNamespace(host=host))
    name = IdentityProvider().get_cookie_name(handler).encode()
    assert name.startswith(b"username-")
    assert hide(name + b"=opens-the-kernel") == name + b"=xxxxxxxxxxxxxxxx"


def test_the_login_is_known_by_its_value_where_it_has_another_name() -> None:
    value = user("my-login")
    for written in (value, value.strip(b'"')):
        assert hide(b"a=b; my-login=" + written + b"; c=d") == b"a=b; my-login=" + b"x" * len(written) + b"; c=d"


@pytest.mark.parametrize(
    "name",
    [
        *("_xsrf", "username-localhost-8888", "username-8888", "username----1--8888", "jupyterhub-session-id"),
        *(
            "jupyterhub-hub-login",
            "__Host-jupyterhub-hub-login",
            "jupyterhub-user-ana%40b.c",
            "jupyterhub-user-a-oauth-state-x1",
        ),
    ],
)
def test_jupyters_own_cookies_are_hidden_and_keep_name_place_and_length(name: str) -> None:
    for before, after in itertools.product(("", "session=1; ", "a=1;"), ("", "; session=2", ";b")):
        cookies = f" {before}{name}=2|0a=|b/+cd{after}\r\n"
        assert hide(cookies.encode()).decode() == f" {before}{name}=xxxxxxxxxxx{after}\r\n"


@pytest.mark.parametrize(
    "cookie",
    [
        *("my_xsrf=v", "_xsrfx=v", "_XSRF=v", "xsrf=v", "username=v", "username_localhost=v", "username-=v"),
        *("xusername-localhost-8888=v", "Username-localhost-8888=v", "username-local_host=v", "username-a.b=v"),
        *(
            "jupyterhub=v",
            "jupyterhub-=v",
            "my-jupyterhub-user-a=v",
            "a=_xsrf",
            "a=_xsrf=v",
            "a=username-b=v",
            "_xsrf",
            "=_xsrf",
        ),
        *(
            "session=2|1:0|10:1759000000|7:session|4:djE=|00",
            'theme="dark mode"',
            "a=",
            "a",
            "=v",
            ";;",
            "",
            " ",
            "\xe9=\xff",
        ),
        *("session=eyJ1c2VybmFtZSI6ICJhbmEifQ", "$Version=1", "a=b,_xsrf=c"),
    ],
)
def test_every_other_cookie_stays_whole(cookie: str) -> None:
    for cookies in (cookie, f" {cookie}; b=2\r\n", f"b=1;{cookie}"):
        assert hide(cookies.encode("latin-1")) == cookies.encode("latin-1")
    assert hide(f"_xsrf=v; {cookie}; _xsrf=v".encode("latin-1")) == f"_xsrf=x; {cookie}; _xsrf=x".encode("latin-1")


def test_a_signed_cookie_of_somebody_elses_tornado_stays_whole() -> None:
    cookies = b"session=" + signed("session", '{"user": "ana"}')
    assert hide(cookies) == cookies


@pytest.mark.parametrize(
    ("cookies", "expected"),
    [
        ('_xsrf="a b"; c=d', "_xsrf=xx xx; c=d"),
        ('_xsrf="a; b=c"; d=e', "_xsrf=xxx xxxx; d=e"),
        ('_xsrf="a\\"; b"; d="e"', '_xsrf=xxxxx xx; d="e"'),
        ('_xsrf="a; session="1"', '_xsrf=xx; session="1"'),
        ('_xsrf="a; session=1', "_xsrf=xx; session=1"),
        ('_xsrf="a"b; session="1"', '_xsrf=xxxx; session="1"'),
        ('session="a; _xsrf=b', 'session="a; _xsrf=x'),
        ("_xsrf=; session=1", "_xsrf=; session=1"),
        ("_xsrf= ; session=1", "_xsrf= ; session=1"),
        ("_xsrf =a; session=1", "_xsrf =x; session=1"),
        ("\t_xsrf\t=\ta\t; session=1", "\t_xsrf\t=\tx\t; session=1"),
        ("_xsrf=a=b=; session=1", "_xsrf=xxxx; session=1"),
        ("_xsrf=a;session=1;_xsrf=b", "_xsrf=x;session=1;_xsrf=x"),
        ("_xsrf=a\r\n b; session=1\r\n", "_xsrf=x\r\n x; session=1\r\n"),
        ("_xsrf=\xff\x00\r\n", "_xsrf=xx\r\n"),
    ],
)
def test_values_end_where_the_rfc_or_their_quotes_end_them(cookies: str, expected: str) -> None:
    assert hide(cookies.encode("latin-1")) == expected.encode("latin-1")


def test_many_cookies_take_no_longer_than_their_bytes() -> None:
    for cookie in (b'_xsrf="; ', b"a=b; ", b"_xsrf;", b'_xsrf="\\'):
        cookies = cookie * (HEAD_LIMIT // len(cookie))
        assert len(hide(cookies)) == len(cookies)


# As they stream by

SOCKET = b"Upgrade: websocket\r\n"
HEADS = [
    b"Cookie: _xsrf=S3CRET; session=keep\r\n",
    b"cOOKIE:_xsrf=S3CRET\n",
    b'COOKIE :  a=b;username-localhost-8888="S3CRET; S3CRET"\r\n',
    b"Cookie: a=b;\r\n _xsrf=S3CRET;\r\n\tsession=keep\r\n",
    b"Cookie: _xsrf=S3CRET\r\nCookie: session=keep\r\nCookie: _xsrf=S3CRET\r\n",
    b"X-Cookie: _xsrf=keep\r\nCookies: _xsrf=keep\r\nCook: ie: _xsrf=keep\r\nA: Cookie: _xsrf=keep\r\n",
    b"A: b\r\n Cookie: _xsrf=keep\r\nCookie\r\nHost: x\r\n",
    b"A: " + b"b" * 300 + b":\r\n" + b"c" * 300 + b": d\r\nCookie: _xsrf=S3CRET\r\n",
    b"\r_xsrf: _xsrf=keep\r\n:\r\n\x00\xff:\xff\r\n",
]
BEHIND = [
    b"",
    b"Cookie: _xsrf=keep\r\n\r\n",
    b"\n\n",
    b"\x81\x05Cookie: _xsrf=keep\r\n",
    b"GET / HTTP/1.1\r\nCookie: _xsrf=keep\r\n\r\n",
]


def fed(heads: RequestHeads, data: bytes, cuts: Iterable[int] = ()) -> list[bytes]:
    """What passes for each piece of some bytes, and in the end."""
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    return [*(heads.feed(data[start:stop]) for start, stop in itertools.pairwise(places)), heads.finish()]


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([b"GET / HTTP/1.1\r\n", b"POST /a?b=Cookie: HTTP/1.0\n", b"\r\n\nGET /%20 HTTP/1.1\r\n"]),
    st.sampled_from([b"", b" \tCookie: _xsrf=S3CRET\r\n", b"  \r\n"]),
    st.lists(st.sampled_from(HEADS), max_size=4),
    st.sampled_from([b"\r\n", b"\n"]),
    st.sampled_from(BEHIND),
    st.lists(st.integers(0, 900), max_size=40),
    st.booleans(),
)
def test_however_the_bytes_are_cut_only_values_in_a_cookie_header_change(
    line: bytes, first: bytes, headers: list[bytes], end: bytes, behind: bytes, cuts: list[int], byte_by_byte: bool
) -> None:
    head = line + first + b"".join(headers) + SOCKET + end
    wanted = head.replace(b"_xsrf=S3CRET", b"_xsrf=xxxxxx").replace(b'"S3CRET; S3CRET"', b"xxxxxxxx xxxxxxx") + behind
    places = range(len(head + behind)) if byte_by_byte else cuts
    for several in (False, True):
        heads = RequestHeads(several=several)
        assert b"".join(fed(heads, head + behind, places)) == wanted
        assert heads.over


def test_nothing_waits_but_the_value_of_a_cookie_header() -> None:
    head = b"GET /?q HTTP/1.1\r\nHost: a\r\nCookie: a=b; _xsrf=S3CRET\r\nUpgrade: websocket\r\n\r\nframes"
    heads, passed = RequestHeads(), b""
    waits = range(head.index(b"a=b") - 1, head.index(b"Upgrade"))
    for at in range(len(head)):
        passed += heads.feed(head[at : at + 1])
        assert len(passed) == (waits.start if at in waits else at + 1), head[: at + 1]


@pytest.mark.parametrize(
    "data",
    [
        b"\x16\x03\x01\x02",
        b"hello\nCookie: _xsrf=keep\r\n",
        b"GET /\r\nCookie: _xsrf=keep\r\n",
        b"hello\nGET / HTTP/1.1\r\nCookie: _xsrf=keep\r\n\r\n",
        b"\x81\x85abcd",
    ],
)
def test_what_is_not_http_is_not_looked_at(data: bytes) -> None:
    for several in (False, True):
        heads = RequestHeads(several=several)
        out = [heads.feed(data[at : at + 1]) for at in range(len(data))]
        assert out == [data[at : at + 1] for at in range(len(data))]


def test_to_a_server_of_http_one_request_follows_the_other_and_their_bodies_stay() -> None:
    lines = b"Cookie: _xsrf=keep\r\n"
    body = b"POST / HTTP/1.1\r\nCONTENT-length: 20\r\nCookie: _xsrf=S3CRET\r\n\r\n" + lines
    get = b"GET / HTTP/1.1\r\nCookie: _xsrf=S3CRET\r\n\r\n"
    upgrade = b"GET / HTTP/1.1\r\nCookie: _xsrf=S3CRET\r\nUpgrade: websocket\r\n\r\n" + get.replace(
        b"S3CRET", b"passes"
    )
    odd = b"GET / HTTP/1.1\r\n Cookie: _xsrf=S3CRET\r\nContent-Length: 1_0\r\n\r\n"
    data = get + body + b"\r\n" + odd + get + body + upgrade
    assert len(lines) == 20
    for cuts in (range(len(data)), ()):
        out = b"".join(fed(RequestHeads(several=True), data, cuts))
        assert out == data.replace(b"S3CRET", b"xxxxxx")
    chunks = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + get.replace(b"S3CRET", b"passes")
    assert b"".join(fed(RequestHeads(several=True), chunks)) == chunks
    out = b"".join(fed(RequestHeads(), data))
    assert out == get.replace(b"S3CRET", b"xxxxxx") + data[len(get) :], "a server of the lab reads one head"


def test_a_cookie_far_into_a_long_head_is_hidden_and_what_is_too_long_to_wait_for_is_filled() -> None:
    far = b"GET / HTTP/1.1\r\n" + b"A: bbbbbbbb\r\n" * (HEAD_LIMIT // 4) + b"Cookie: _xsrf=S3CRET; a=b\r\n\r\n"
    assert b"".join(fed(RequestHeads(), far, range(0, len(far), 999))) == far.replace(b"S3CRET", b"xxxxxx")
    start, rest = b"GET / HTTP/1.1\r\nCookie:", b"Cookie: _xsrf=xxxxxx; a=b\r\n\r\nCookie: _xsrf=keep\r\n"
    for size, whole in ((HEAD_LIMIT - 100, True), (HEAD_LIMIT + 100, False)):
        value = b" a=" + b"b" * size + b"; _xsrf=S3CRET;\r\n c=d\r\n"
        filled = value.replace(b"S3CRET", b"xxxxxx") if whole else re.sub(rb"[^ \r\n]", b"x", value)
        for step in (1000, 10**9):
            out = b"".join(fed(RequestHeads(), start + value + rest, range(0, size + 200, step)))
            assert out == start + filled + rest


def test_a_client_that_never_ends_its_head_is_not_remembered() -> None:
    heads = RequestHeads()
    heads.feed(b"GET / HTTP/1.1\r\nCookie: ")
    for line in (
        b"b" * 100_000,
        b"\r\n",
        b"A" * 1_000_000,
        b"b" * 1_000_000,
        b"\r\n",
        b"A: ",
        b"b" * 1_000_000,
        b"\r\n",
    ):
        assert len(heads.feed(line)) >= len(line)
        held = [value for value in vars(heads).values() if isinstance(value, (bytes, bytearray))]
        assert sum(map(len, held)) < 100


@pytest.mark.parametrize("rest", [b"", b"\r\n", b"\r\n more"])
def test_what_was_waited_for_passes_with_the_end_of_the_connection(rest: bytes) -> None:
    heads = RequestHeads()
    data = b"GET / HTTP/1.1\r\nCookie: a=b; _xsrf=S3CRET" + rest
    assert heads.feed(data) == b"GET / HTTP/1.1\r\nCookie:"
    filled = data.replace(b"S3CRET", b"xxxxxx").replace(b"more", b"xxxx")
    assert heads.finish() == filled[len(b"GET / HTTP/1.1\r\nCookie:") :]
    assert heads.finish() == b""
    assert heads.feed(b"x") == b"x"


# What a handler sees


def cookies() -> tuple[bytes, str]:
    """The Cookie header of a page of JupyterLab where its host has a cookie of its own too, and what a handler sees of it."""
    login = user(LOGIN.decode())
    name = LOGIN.decode()
    return (
        b"_xsrf=2|5e0f3a|77; session=s3ss10n; " + LOGIN + b"=" + login,
        f"_xsrf=xxxxxxxxxxx; session=s3ss10n; {name}={'x' * len(login)}",
    )


@pytest.mark.parametrize("step", [1, 100, 10_000])
async def test_neither_handler_nor_its_functions_see_jupyters_cookies_and_the_record_keeps_them(step: int) -> None:
    sent, seen = cookies()
    told: dict[str, Any] = {}

    async def handler(connection: Any) -> None:
        told["handler"] = connection.request.headers["Cookie"]
        told["printed"] = (
            f"{connection.request.headers}{connection.request!r}{connection.protocol!r}{vars(connection.request)}"
        )
        await connection.send(await connection.recv())

    def process_request(connection: Any, request: Any) -> None:
        told["process_request"] = request.headers["Cookie"]

    def select_subprotocol(connection: Any, _offered: Any) -> None:
        told["select_subprotocol"] = connection.request.headers["Cookie"]

    async with Lab() as lab:
        server = await lab.serve(handler, process_request=process_request, select_subprotocol=select_subprotocol)
        head = request("/", {"Cookie": sent.decode()}, host=f"127.0.0.1:{server.port}")
        client = await Wire.to(server.port)
        for at in range(0, len(head), step):
            await client.send(head[at : at + step])
        assert (await client.reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101")
        message = b"\x81\x93\0\0\0\0Cookie: _xsrf=keep\n"
        await client.send(message)
        assert await client.reader.readexactly(21) == b"\x81\x13" + message[6:]
        for name in ("handler", "process_request", "select_subprotocol"):
            assert told[name] == seen, name
        for secret in re.findall(rb"_xsrf=([^;]+)|8888=(.+)", sent):
            assert b"".join(secret).decode() not in told["printed"]
        await client.close()
        await until(lambda: not server.connections)
        (connection,) = lab.timeline.connections()
        assert connection.server_end is not None
        received = connection.server_end.received
        assert bytes(received.read(0, received.stop)).startswith(head + message), "the recording keeps what came"


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 400), max_size=8), st.booleans())
@example(list(range(400)), True)
def test_behind_a_relay_they_are_hidden_and_all_else_passes_in_order(cuts: list[int], marked: bool) -> None:
    async def talk() -> None:
        async with Behind() as behind, relayed(behind.port) as stand:
            sent, seen = cookies()
            mark = f"?wslab-marker={stand.markers.issue()}.1" if marked else ""
            head = b"GET /%s HTTP/1.1\r\nHost: a\r\nCookie: %s\r\nUpgrade: websocket\r\n\r\nCookie: _xsrf=keep\r\n"
            whole = head % (mark.encode(), sent)
            client = await Wire.to(stand.relay.port)
            server = await behind.accepted.get()
            for start, stop in itertools.pairwise(sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})):
                await client.send(whole[start:stop])
            client.fin()
            assert await server.heard() == head % (b"", seen.encode())
            end = stand.end()
            assert b"".join(end.received.chunks) == head % (b"", sent), "the recording keeps what came"
            server.fin()
            await client.heard()
            await client.close()

    run(talk())


async def test_behind_a_relay_each_request_of_a_connection_is_looked_at() -> None:
    async with Behind() as behind, relayed(behind.port) as stand:
        client = await Wire.to(stand.relay.port)
        server = await behind.accepted.get()
        for _ in range(3):
            asked = b"POST / HTTP/1.1\r\nCookie: _xsrf=S3CRET\r\nContent-Length: 14\r\n\r\nCookie: _xsrf="
            await client.send(asked)
            assert await server.reader.readexactly(len(asked)) == asked.replace(b"S3CRET", b"xxxxxx")
            await server.send(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await client.reader.readuntil(b"\r\n\r\n")
        client.fin()
        server.fin()
        await client.close()


async def test_half_a_head_leaves_through_a_relay_with_the_connection() -> None:
    async with Behind() as behind, relayed(behind.port) as stand:
        for end in ("fin", "rst"):
            client = await Wire.to(stand.relay.port)
            server = await behind.accepted.get()
            await client.send(b"GET / HTTP/1.1\r\nCookie: a=b; _xsrf=S3CRET")
            assert await server.reader.readexactly(23) == b"GET / HTTP/1.1\r\nCookie:"
            getattr(client, end)()
            if end == "fin":
                assert await server.heard() == b" a=b; _xsrf=xxxxxx"
                server.fin()
                await client.close()
            else:
                assert await server.was_reset()


async def test_faults_and_hidden_cookies_go_together() -> None:
    sent, seen = cookies()
    told: list[str] = []

    async def handler(connection: Any) -> None:
        told.append(connection.request.headers["Cookie"])

    async with Lab() as lab:
        server = await lab.serve(handler)
        server.faults.slice = 7
        server.faults.latency = 0.01
        async with lab.connect(server.url, additional_headers={"Cookie": sent.decode()}) as connection:
            await connection.wait_closed()
        assert told == [seen]
