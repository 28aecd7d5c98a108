"""A screenshot as a PNG of few colours: the browser counts and maps the pixels, we write the file (PNG, W3C 2003)."""

import base64
import struct
import zlib
from typing import Any

from playwright.sync_api import Page

# The most frequent colours stay, every other pixel takes the nearest of them.
_MAP = """async ([source, most]) => {
  const image = new Image();
  image.src = source;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
  const ground = canvas.getContext("2d");
  ground.drawImage(image, 0, 0);
  const pixels = ground.getImageData(0, 0, image.width, image.height).data;
  const keys = new Uint32Array(image.width * image.height), count = new Map();
  for (let i = 0; i < keys.length; i++) {
    keys[i] = (pixels[4 * i] << 16) | (pixels[4 * i + 1] << 8) | pixels[4 * i + 2];
    count.set(keys[i], (count.get(keys[i]) || 0) + 1);
  }
  const palette = [...count].sort((a, b) => b[1] - a[1]).slice(0, most).map((item) => item[0]);
  const place = new Map(palette.map((key, index) => [key, index]));
  const far = (a, b) => [16, 8, 0].reduce((sum, s) => sum + (((a >> s) & 255) - ((b >> s) & 255)) ** 2, 0);
  const nearest = (key) => palette.reduce((best, p, i) => (far(p, key) < far(palette[best], key) ? i : best), 0);
  for (const key of count.keys()) if (!place.has(key)) place.set(key, nearest(key));
  let text = "";
  for (let i = 0; i < keys.length; i++) text += String.fromCharCode(place.get(keys[i]));
  return { width: image.width, height: image.height, palette, pixels: btoa(text) };
}"""


def small_png(page: Page, png: bytes, *, colours: int = 64) -> bytes:
    """Return *png* with at most *colours* colours; *page* is any page of a browser, used to read the pixels."""
    source = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    found: dict[str, Any] = page.evaluate(_MAP, [source, colours])
    width, height, pixels = found["width"], found["height"], base64.b64decode(found["pixels"])
    rows = b"".join(b"\0" + pixels[row * width : (row + 1) * width] for row in range(height))
    palette = b"".join(key.to_bytes(3, "big") for key in found["palette"])
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
