"""JupyterLab's own cookies: which they are, and how their values are hidden from whoever serves.

    Cookie: session=abc; _xsrf=2|5e0f|77; username-localhost-8888="2|1:0|10:1759|..."
    Cookie: session=abc; _xsrf=xxxxxxxxx; username-localhost-8888=xxxxxxxxxxxxxxxxxxx

A browser sends a cookie to every port of its host, so JupyterLab's reach each server of a lab that a page of JupyterLab connects
to, and whoever has them runs code in the kernel. A handler that prints its request must not show them. Each byte of their values
becomes an ``x``; names, blanks and everything else stay, every other cookie whole.

    _xsrf                     jupyter_server and JupyterHub: protects against forged requests
    username-HOST-PORT        jupyter_server: the login (`IdentityProvider.get_cookie_name`)
    any other name            the same where ``IdentityProvider.cookie_name`` is set; told by its value, a signed user
    jupyterhub-...            JupyterHub: its session, its login, and that of each user's server, which arrives through a proxy
"""

from __future__ import annotations

import re

from wslab.wire.handshake import filled

_NAME = re.compile(rb"_xsrf|username-[A-Za-z0-9-]+|(?:__Host-)?jupyterhub-.+", re.DOTALL)

# What tornado's `create_signed_value` makes of `IdentityProvider.user_to_cookie`: {"username": ... in base64.
_USER = re.compile(rb'\s*"?2\|1:\d\|\d+:\d+\|\d+:[^|;]*\|\d+:eyJ1c2VybmFtZSI6')

# RFC 6265 section 5.4 knows no quotes: a value ends with its semicolon. Some libraries read them, so a value of ours that is
# quoted as a whole ends with its quotes.
_QUOTED = re.compile(rb'\s*"(?:[^"\\]|\\.)*"\s*(?=;|\Z)', re.DOTALL)


def hide(cookies: bytes) -> bytes:
    """Hide the values of JupyterLab's own cookies.

    Args:
        cookies: The value of a Cookie header (RFC 6265 section 4.2.1), its line end included or not.

    Returns:
        As many bytes.
    """
    out, at = bytearray(cookies), 0
    while at < len(cookies):
        stop = cookies.find(b";", at)
        stop = len(cookies) if stop < 0 else stop
        begin = cookies.find(b"=", at, stop) + 1
        if begin and (_NAME.fullmatch(cookies[at : begin - 1].strip()) or _USER.match(cookies, begin, stop)):
            quoted = _QUOTED.match(cookies, begin)
            stop = quoted.end() if quoted else stop
            out[begin:stop] = filled(cookies[begin:stop])
        at = stop + 1
    return bytes(out)
