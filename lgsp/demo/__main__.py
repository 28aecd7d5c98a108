"""Drive the whole chain against a running portal; exits 0 only when every step went as the regulation says."""

import argparse
import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from lgsp.demo import connecting, filing, given, sources
from lgsp.demo.browser import Surprise
from lgsp.demo.connecting import Access
from lgsp.demo.filing import Dossier
from lgsp.demo.people import People
from lgsp.demo.reporting import make_report
from lgsp.demo.telling import Teller
from lgsp.launch.places import write_private
from lgsp.launch.terminal import prepare, say

SERVICE = "administrative-units"


def main() -> int:
    """Run the demonstration; one line on the error stream says where it went otherwise."""
    prepare()
    reader = argparse.ArgumentParser(prog="lgsp.demo")
    reader.add_argument("--portal", required=True)
    reader.add_argument("--data", required=True, type=Path)
    reader.add_argument("--sample-provider", required=True)
    reader.add_argument("--provider", default="")
    chosen = reader.parse_args()
    people, tell = People(chosen.portal, chosen.data), Teller()
    try:
        _run(people, tell, chosen)
    except Surprise as surprise:
        say(f"Khác với dự kiến. {surprise}", stream=sys.stderr)
        return 1
    finally:
        people.close()
    return 0


def _run(people: People, tell: Teller, chosen: argparse.Namespace) -> None:
    services = {SERVICE: 5000}
    if chosen.provider:
        given.add_service(people, tell, live=chosen.provider, sandbox=chosen.sample_provider)
        services[given.CODE] = 5000
    more = dict.fromkeys(sources.offered(people, "snnmt"), 1000)
    first = Dossier("snnmt", "Phần mềm một cửa đất đai (mẫu)", services | more, lacking=True)
    say("Hồ sơ thứ nhất: Sở Nông nghiệp và Môi trường")
    held = _connect(people, tell, first)
    _show_data(people, tell, held)
    sources.show(people, tell, first.agency, held["live"])
    say("Hồ sơ thứ hai: Sở Y tế, cùng các bước")
    tell.quiet = True
    second = Dossier("syt", "Phần mềm quản lý khám chữa bệnh (mẫu)", dict.fromkeys(services, 100))
    held_too = _connect(people, tell, second)
    tell.quiet = False
    say(f"     {tell.number} bước đã xong")
    _write(chosen, people, [(first, held), (second, held_too)])
    _verify(tell)
    path = make_report(people, tell, chosen.data)
    tell.detail(f"Báo cáo: {path}")


def _connect(people: People, tell: Teller, dossier: Dossier) -> dict[str, list[Access]]:
    """Take one dossier from the register of systems to live keys."""
    for filed in (filing.register_system, filing.file, filing.send, filing.receive, filing.evaluate, filing.decide):
        filed(people, tell, dossier)
    connecting.set_up(people, tell, dossier)
    sandbox = connecting.take_key(people, tell, dossier, "sandbox")
    connecting.call_sandbox(people, tell, dossier, sandbox)
    connecting.test_and_confirm(people, tell, dossier)
    connecting.go_live(people, tell, dossier)
    return {"sandbox": sandbox, "live": connecting.take_key(people, tell, dossier, "live")}


def _show_data(people: People, tell: Teller, held: dict[str, list[Access]]) -> None:
    """Fetch communes of the province under the live grant, and read the call in the agency's own log."""
    access = held["live"][0]
    technician = people.of("snnmt", "technician")
    with tell.step("Khai thác dữ liệu thật qua nền tảng", technician.name, "QC10.5"):
        system = access.system(people.portal)
        found, request_id = system.get(f"/api/data/{SERVICE}/v1/communes?limit=7&level=phuong")
        system.close()
    for row in found["data"]:
        tell.detail(f"{row['code']}  {row.get('full_name') or row['name']}")
    with tell.step("Đọc lượt gọi trong nhật ký của cơ quan", technician.name, "QC8.5"):
        rows = technician.open(f"/nha-phat-trien/nhat-ky/?q={request_id}").table()
        if len(rows) != 1:
            raise Surprise(f"nhật ký có {len(rows)} dòng cho {request_id}, chờ đúng một")
    tell.detail(" · ".join(rows[0].values()))


def _write(chosen: argparse.Namespace, people: People, held: list[tuple[Dossier, dict[str, list[Access]]]]) -> None:
    """Add the consuming systems to ``demo.json``, readable by the owner only."""
    path = chosen.data / "demo.json"
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    document["portal"] = chosen.portal
    document["consumers"] = [
        {
            "agency": dossier.agency,
            "system": dossier.system_code,
            "dossier": dossier.number,
            **{place: _those(people, accesses, named=False) for place, accesses in by.items()},
            "with_headers": {place: _those(people, accesses, named=True) for place, accesses in by.items()},
        }
        for dossier, by in held
    ]
    write_private(path, document)


def _those(people: People, accesses: list[Access], *, named: bool) -> list[dict[str, Any]]:
    """Return what is held apart by whether each call has to send headers of its own (``operations[].headers``)."""
    kept = [item for item in accesses if any(one.headers for one in item.operations) is named]
    return [_plain(people.portal, item) for item in kept]


def _plain(portal: str, access: Access) -> dict[str, Any]:
    base = f"{portal.rstrip('/')}/api/data/{access.service}/{access.version}"
    return {**asdict(access), "address": base}


def _verify(tell: Teller) -> None:
    with tell.step("Kiểm tra tính toàn vẹn của nhật ký (audit_verify)", "nền tảng", "QC11.5"):
        done = subprocess.run(
            [sys.executable, "manage.py", "audit_verify"], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Surprise(f"audit_verify: {done.stdout}{done.stderr}")
    tell.detail(done.stdout.strip())


if __name__ == "__main__":
    sys.exit(main())
