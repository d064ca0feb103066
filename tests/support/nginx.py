"""A real nginx in front of a service: its own words for 413, 429, 502 and 504, and its TLS."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.support.certificates import Certificate

NGINX: Final = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
HOST: Final = "127.0.0.1"
_START_S: Final = 10.0

_CONFIGURATION: Final = """
{modules}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr error;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {http}
    server {{
        listen {host}:{port}{tls};
        {server}
        location / {{ proxy_pass {upstream}; {location} }}
    }}
}}
"""


class Gate:
    """Owns an address of this machine, before which one nginx after the other may stand.

    The socket is ours and nginx inherits it: so the port is any free one, and stays the same whatever stands there.
    """

    def __init__(self) -> None:
        self._socket = socket.create_server((HOST, 0), backlog=128)
        self.port: int = self._socket.getsockname()[1]

    def __enter__(self) -> "Gate":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    @contextmanager
    def opened(
        self,
        upstream: str,
        *,
        http: str = "",
        server: str = "",
        location: str = "",
        certificate: Certificate | None = None,
        modules: Sequence[str] = (),
    ) -> Iterator[str]:
        """nginx as a proxy of ``upstream`` with these directives and Debian's modules; the base URL."""
        tls = f"ssl_certificate {certificate.chain}; ssl_certificate_key {certificate.key};" if certificate else ""
        with tempfile.TemporaryDirectory(prefix="nginx-") as folder:
            configuration = Path(folder) / "nginx.conf"
            text = _CONFIGURATION.format(
                folder=folder,
                modules="".join(f"load_module /usr/lib/nginx/modules/ngx_{name}_module.so;" for name in modules),
                host=HOST,
                port=self.port,
                tls=" ssl" if certificate else "",
                http=http,
                server=server + tls,
                upstream=upstream,
                location=location,
            )
            configuration.write_text(text, encoding="utf-8")
            with _running(["-p", folder, "-c", str(configuration)], self._socket):
                yield f"{'https' if certificate else 'http'}://{HOST}:{self.port}"


@contextmanager
def _running(arguments: Sequence[str], listening: socket.socket) -> Iterator[None]:
    assert NGINX is not None
    process = subprocess.Popen(
        [NGINX, *arguments],
        env=os.environ | {"NGINX": f"{listening.fileno()};"},
        pass_fds=[listening.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        _wait_until_ready(process, Path(arguments[1]) / "nginx.pid")
        yield
    finally:
        process.terminate()
        process.communicate(timeout=_START_S)


def _wait_until_ready(process: "subprocess.Popen[bytes]", pid_file: Path) -> None:
    """nginx writes its number when it has read its configuration; one that ends instead has said why."""
    until = time.monotonic() + _START_S
    while not pid_file.exists():
        assert process.poll() is None, process.communicate()[1].decode()
        assert time.monotonic() < until, "nginx does not start"
        time.sleep(0.005)
