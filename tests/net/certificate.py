"""A certificate for 127.0.0.1 that nobody trusts unless told to, made by the openssl program for one test run."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from typing import TYPE_CHECKING

from tests.optional import need

if TYPE_CHECKING:
    from pathlib import Path


class Certificate:
    """Files of a key and a certificate, and the contexts of both ends."""

    def __init__(self, folder: Path) -> None:
        need(shutil.which("openssl"), "no openssl program here: install your system's openssl package")
        self.file, key = folder / "certificate.pem", folder / "key.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=wslab test",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", self.file],
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.load_cert_chain(self.file, key)
        self.client = ssl.create_default_context(cafile=str(self.file))
