"""`./run demo`: the whole product on fresh data and free ports, driven through the chain by every role in turn."""

import argparse
import os
import shutil
import tempfile
from contextlib import closing
from pathlib import Path

from lgsp.launch import environment, processes, product, serve
from lgsp.launch.instance import Instance
from lgsp.launch.places import PYTHON, ROOT, DataFolder, check_disk
from lgsp.launch.services import free_port
from lgsp.launch.terminal import Stop, say


def demo(chosen: argparse.Namespace) -> int:
    """Start, drive, stop; with ``keep`` leave it running until Ctrl-C. Returns the driver's status."""
    if chosen.provider and not chosen.provider.startswith(("http://127.0.0.1", "http://localhost", "http://[::1]")):
        raise Stop("--provider nhận địa chỉ trên máy này, ví dụ --provider http://127.0.0.1:9000")
    folder = _fresh(chosen.data)
    try:
        return _run(folder, chosen)
    finally:
        if chosen.data is None and not chosen.keep:
            shutil.rmtree(folder, ignore_errors=True)


def _fresh(given: Path | None) -> Path:
    """Return an empty folder: the one named, or a new one. Raises :class:`Stop` when the named one is in use."""
    if given is None:
        folder = Path(tempfile.mkdtemp(prefix="lgsp-demo-"))
        os.chmod(folder, 0o711)  # the database's own user must pass through
        return folder
    if given.exists() and (not given.is_dir() or any(given.iterdir())):
        raise Stop(f"Trình diễn cần thư mục mới; {given} đã có dữ liệu. Chọn --data khác.")
    return given


def _run(folder: Path, chosen: argparse.Namespace) -> int:
    ports = product.Ports(free_port(), free_port(), examples=free_port())
    with closing(DataFolder(folder)) as data:
        check_disk(data.path)
        environment.ensure("run")
        with Instance(data, public_port=ports.portal) as instance:
            started: dict[str, processes.Process] = {}
            try:
                variables = serve.bring_up(instance, started, ports)
                status = _drive(variables, data.path, ports, chosen.provider)
                if status == 0 and chosen.keep:
                    say(f"Đang chạy. Đăng nhập, quyền và khóa: {data.path / 'demo.json'}. Ctrl-C để dừng.")
                    product.Watch(data, ports, variables, started, instance.servers()).run()
            except KeyboardInterrupt:
                status = 0 if chosen.keep else 130
            finally:
                say("Đang dừng …")
                product.end(started, serve.PATIENCE_SECONDS)
                data.run_file.unlink(missing_ok=True)
    say("Trình diễn xong: mọi bước đúng như dự kiến." if status == 0 else "Trình diễn KHÔNG đạt; xem dòng lỗi ở trên.")
    return status


def _drive(variables: dict[str, str], folder: Path, ports: product.Ports, provider: str) -> int:
    command = [str(PYTHON), "-m", "lgsp.demo", "--portal", f"http://127.0.0.1:{ports.portal}", "--data", str(folder)]
    command += ["--sample-provider", f"http://127.0.0.1:{ports.provider}"]
    if provider:
        command += ["--provider", provider]
    return processes.run(command, cwd=ROOT, env=variables).returncode
