"""``python -m lgsp.provider --port 9000``: serve the sample provider on loopback."""

import argparse
from pathlib import Path

import uvicorn

from lgsp.provider.app import ProviderApp
from lgsp.provider.communes import DATA, Communes
from lgsp.provider.national import DEMANDED, NationalApp
from lgsp.provider.samples import Samples
from lgsp.provider.sandbox import WithSandbox


def main() -> None:
    """Read the arguments, load the data file, serve until told to stop."""
    parser = argparse.ArgumentParser(description="Hệ thống nguồn mẫu: đơn vị hành chính cấp xã của tỉnh.")
    parser.add_argument("--host", default="127.0.0.1", help="địa chỉ lắng nghe")
    parser.add_argument("--port", type=int, required=True, help="cổng lắng nghe")
    parser.add_argument("--data", type=Path, default=DATA, help="tệp CSV đơn vị hành chính")
    given = parser.parse_args()
    app = WithSandbox(ProviderApp(Communes.read(given.data), Samples.read(), NationalApp(demanded=DEMANDED)))
    uvicorn.run(app, host=given.host, port=given.port, log_level="warning", access_log=False, server_header=False)


if __name__ == "__main__":
    main()
