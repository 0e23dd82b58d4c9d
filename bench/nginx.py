"""nginx as the limit of GET: one process with a configuration of its own, serving the very bytes that we serve."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.cores import SERVER_CORE, pinned
from bench.load import answering
from tests.factories.server_process import free_port

_CONFIGURATION = """
daemon off; master_process off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 100000000; default_type text/html;
  open_file_cache max=100 inactive=60s; open_file_cache_valid 60s;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port} backlog=4096; root {folder}/root; gzip_static on; }}
}}
"""


@contextmanager
def nginx(folder: Path, path: str, *, plain: bytes, packed: bytes) -> Iterator[str]:
    """Serve `packed` (gzip) and `plain` at `path`; gives the address."""
    file = folder / "root" / path.lstrip("/")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(plain)
    file.with_name(file.name + ".gz").write_bytes(packed)
    for place in (folder, *folder.rglob("*")):
        place.chmod(0o755)
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder, port=port))
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    with pinned(SERVER_CORE):
        process = subprocess.Popen([program, "-p", str(folder), "-c", str(configuration)], stderr=subprocess.DEVNULL)
    try:
        yield answering(f"http://127.0.0.1:{port}{path}", folder / "error.log")
    finally:
        process.terminate()
        process.wait()


def version() -> str:
    """As it names itself."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    told = subprocess.run([program, "-v"], capture_output=True, text=True, check=False).stderr
    return told.strip().removeprefix("nginx version: ")
