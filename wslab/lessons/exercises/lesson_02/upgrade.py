r"""02.1 The request

`upgrade(host, path, key)` returns the bytes of the request that opens a WebSocket connection: to the server `host`, for the resource `path`, with the key `key`. A real server will read them.

    upgrade("127.0.0.1:8080", "/chat", "dGhlIHNhbXBsZSBub25jZQ==")
    # b"GET /chat HTTP/1.1\r\nHost: ..."
"""

import asyncio

from wslab.lessons.authoring import LONGEST_WAIT, Trial, right, wrong
from wslab.lessons.exercises.lesson_02.surroundings import SAMPLE, random_key
from wslab.wire import explain, parse_head

END = b"\r\n\r\n"
START = "This is a request for a web page. Four lines make an upgrade of it: two say what is wanted, one has the key, one the version."
AFTERWARDS = "A server that knows nothing of you read your bytes, and answered 101. The connection was open, and no WebSocket library was on your side of it."


def stub(host, path, key):
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def solution(host, path, key):
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


async def check(upgrade, t: Trial) -> None:
    """Send what `upgrade` returns to a server: for a path, for the shortest, for one with a query; under two names of the host."""
    server = await t.lab.serve()
    for name, path in (("127.0.0.1", "/" + t.phrase().replace(" ", "/")), ("localhost", "/"), ("127.0.0.1", f"/chat?room={t.random.randrange(1000)}&as=%E4%B8%96")):
        host, key = f"{name}:{server.port}", random_key(t)
        got = await t.call(upgrade, host, path, key)
        t.expect("bytes", isinstance(got, (bytes, bytearray)), "`upgrade` should return bytes: what travels is bytes. Text becomes bytes with `.encode()`.", f"it returned a value of type {type(got).__name__}")
        data = bytes(got)
        shows = "\n".join(repr(line)[2:-1] for line in data[:1000].splitlines(keepends=True))
        t.expect("line ends", data.count(b"\n") == data.count(b"\r\n"), r"Each line of a head ends with two characters, `\r\n`. Here one stands alone.", shows, sharper=True)
        t.expect("empty line", END in data, r"The empty line at the end is missing: a head ends with `\r\n\r\n`, else the server waits for more.", shows)
        t.expect("nothing more", data.index(END) + len(END) == len(data), "The first empty line ends the head, and something follows it here. The server would read that as frames.", shows, sharper=True)
        head = parse_head(data.removesuffix(END))
        t.expect("request line", head.start_line == f"GET {path} HTTP/1.1", "The first line should be `GET`, the path you were given, and `HTTP/1.1`.", shows)
        t.expect("host", head.values("host") == [host], "`Host` should name the server, as it was given to you: `Host: {host}`.", shows)
        bad = wrong_lines(head)
        t.expect("upgrade", "upgrade" not in bad, "`Upgrade: websocket` says which protocol you want to speak. It is missing, or says something else.", shows, sharper=True)
        t.expect("connection", "connection" not in bad, "`Connection: Upgrade` has to stand beside `Upgrade`, so that the server takes it as meant for itself.", shows, sharper=True)
        t.expect("version", "sec-websocket-version" not in bad, "`Sec-WebSocket-Version: 13` is missing, or not 13. There is no other version in use.", shows, sharper=True)
        t.expect("key", head.values("sec-websocket-key") == [key], "`Sec-WebSocket-Key` should carry the key you were given, once and as it is.", shows)
        answer = await answer_of(server, data)
        shows = answer[:1000].decode("latin-1").replace("\r\n", "\n").strip() or "the server did not answer"
        t.expect("accepted", parse_head(answer.removesuffix(END)).status == 101, "All that is needed is there, and the server refused all the same. Look at its answer, and leave out what is too much.", shows)


def wrong_lines(head):
    return {line.name.lower() for line in explain(head).request.lines if line.right is False}


async def answer_of(server, data):
    """Send bytes and return the head that comes back; empty where none does."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        writer.write(data)
        return await asyncio.wait_for(reader.readuntil(END), LONGEST_WAIT)
    except (OSError, EOFError, TimeoutError):
        return b""
    finally:
        writer.close()


GET, HOST, BYTES = 'f"GET {path} HTTP/1.1"', 'f"Host: {host}"', r'"\r\n".join(lines).encode() + b"\r\n\r\n"'
KEY, VERSION = 'f"Sec-WebSocket-Key: {key}"', '"Sec-WebSocket-Version: 13"'
wrong("returns text", "bytes", {BYTES: r'"\r\n".join(lines) + "\r\n\r\n"'})
wrong("line ends of a text file", "line ends", {BYTES: r'"\n".join(lines).encode() + b"\n\n"'})
wrong("line ends of a text file, but for the last", "line ends", {BYTES: r'"\n".join(lines).encode() + b"\r\n\r\n"'})
wrong("no empty line", "empty line", {r'+ b"\r\n\r\n"': r'+ b"\r\n"'})
wrong("backslashes", "empty line", {BYTES: r'r"\r\n".join(lines).encode() + rb"\r\n\r\n"'})
wrong("one empty line too many", "nothing more", {r'+ b"\r\n\r\n"': r'+ b"\r\n\r\n\r\n"'})
wrong("an empty line below the first", "nothing more", {'HTTP/1.1"': r'HTTP/1.1\r\n"'})
wrong("something to read", "nothing more", {r'+ b"\r\n\r\n"': r'+ b"\r\n\r\nHello, server!"'})
wrong("always the same path", "request line", {GET: '"GET / HTTP/1.1"'})
wrong("the path in other letters", "request line", {GET: 'f"GET {quote(path)} HTTP/1.1"', "def upgrade": "from urllib.parse import quote\n\n\ndef upgrade"})
wrong("the whole address", "request line", {"GET {path}": "GET ws://{host}{path}"})
wrong("an empty line above", "request line", {"return ": r'return b"\r\n" + '})
wrong("an old HTTP", "request line", {"HTTP/1.1": "HTTP/1.0"})
wrong("no HTTP", "request line", {" HTTP/1.1": ""})
wrong("another method", "request line", {"GET": "POST"})
wrong("no Host", "host", {f"        {HOST},\n": ""})
wrong("a host of its own", "host", {HOST: '"Host: 127.0.0.1:8080"'})
wrong("no port", "host", {"{host}": "{host.split(':')[0]}"})
wrong("no Upgrade", "upgrade", {'        "Upgrade: websocket",\n': ""})
wrong("another protocol", "upgrade", {"Upgrade: websocket": "Upgrade: h2c"})
wrong("a Connection that stays as it is", "connection", {"Connection: Upgrade": "Connection: keep-alive"})
wrong("no Connection", "connection", {'        "Connection: Upgrade",\n': ""})
wrong("no version", "version", {f"        {VERSION},\n": ""})
wrong("another version", "version", {"Version: 13": "Version: 12"})
wrong("the key of the example", "key", {"{key}": SAMPLE})
wrong("a key of its own", "key", {"{key}": "{base64.b64encode(os.urandom(16)).decode()}", "def upgrade": "import base64\nimport os\n\n\ndef upgrade"})
wrong("the key twice", "key", {KEY: f"{KEY}, {KEY}"})
wrong("pretends to be a page from elsewhere", "accepted", {VERSION: f'{VERSION}, "Origin: https://elsewhere.example"'})
wrong("a line that is no header", "accepted", {VERSION: f'{VERSION}, "Please"'})
wrong("prints instead of returning", "return", {"return ": "data = "})
right(
    "another order, another spelling, a page of this machine",
    r'return f"GET {path} HTTP/1.1\r\nconnection: keep-alive, Upgrade\r\nUPGRADE:WebSocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: {key}\r\nhost: {host}\r\nOrigin: http://localhost:8888\r\n\r\n".encode("ascii")',
)
right("a page's lines, as a bytearray", {"return ": "return bytearray(", r'b"\r\n\r\n"': r'b"\r\n\r\n")', VERSION: f'{VERSION}, "Sec-WebSocket-Extensions: permessage-deflate", "User-Agent: mine", "Cookie: a=1"'})
right("wslab.request", "import wslab\n\nreturn wslab.request(path, host=host, key=key)")
right(
    "websockets' own",
    "from websockets.datastructures import Headers\nfrom websockets.http11 import Request\n\nlines = {'Host': host, 'Upgrade': 'websocket', 'Connection': 'Upgrade', 'Sec-WebSocket-Key': key, 'Sec-WebSocket-Version': '13'}\nreturn Request(path, Headers(lines)).serialize()",
)


@right("a text that is cut into lines")
def _(host, path, key):
    text = f"""
        GET {path} HTTP/1.1
        Host: {host}
        Upgrade: websocket
        Connection: Upgrade
        Sec-WebSocket-Key: {key}
        Sec-WebSocket-Version: 13
    """
    return b"".join(line.strip().encode() + b"\r\n" for line in text.strip().splitlines()) + b"\r\n"
