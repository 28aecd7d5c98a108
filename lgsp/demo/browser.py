"""A person at a browser without script: cookies, forms with their protection codes, links by their words.

It does what a person can do and nothing else: what a page does not offer cannot be sent.
"""

import base64
import hashlib
import hmac
import struct
from collections.abc import Mapping, Sequence
from time import sleep
from typing import Any
from urllib.parse import urljoin

import httpx2
from lxml import html

from core import clock

Value = str | int | Sequence[str]


class Surprise(Exception):
    """Something went otherwise than the regulation says; the text says where and what."""


class Page:
    """An answer, read as a person reads it."""

    def __init__(self, answer: httpx2.Response) -> None:
        self.status, self.address = answer.status_code, str(answer.url)
        self.tree = html.document_fromstring(answer.text or "<p></p>", base_url=self.address)

    @property
    def text(self) -> str:
        """Return the words of the page's main part, white space folded."""
        main = self.tree.xpath("//main") or self.tree.xpath("//*[@id='main' or @id='content']") or [self.tree]
        return " ".join(main[0].text_content().split())

    @property
    def faults(self) -> list[str]:
        """Return what the page says is wrong."""
        found = self.tree.xpath(
            "//*[contains(@class,'error-summary')]//li | //ul[contains(@class,'errorlist')]/li"
            " | //form//*[contains(concat(' ', @class, ' '), ' errors ')]//li"
        )
        return [" ".join(item.text_content().split()) for item in found]

    def link(self, words: str) -> str:
        """Return the address behind the first link that begins with *words*. Raises :class:`Surprise`."""
        for item in self.tree.xpath("//a[@href]"):
            if " ".join(item.text_content().split()).startswith(words):
                return urljoin(self.address, item.get("href"))
        raise Surprise(f"{self.address}: không có liên kết «{words}». Trang nói: {self.text[:600]}")

    def table(self, below: str = "") -> list[dict[str, str]]:
        """Return the rows of the page's tables by column, as the portal labels them for telephones.

        With *below*, only of the section whose heading says so.
        """
        sections = self.tree.xpath("//section[.//h2]") if below else [self.tree]
        return [
            {cell.get("data-label"): " ".join(cell.text_content().split()) for cell in row.xpath("./*[@data-label]")}
            for section in sections
            if not below or below in " ".join(section.findtext(".//h2").split())
            for row in section.xpath(".//tbody/tr[*[@data-label]]")
        ]

    def form(self, *names: str, button: str = "") -> Any:
        """Return the first form that has all the fields *names* and a button with the words *button*."""
        for form in self.tree.forms:
            fields = set(form.fields.keys())
            words = [" ".join(item.text_content().split()) for item in form.xpath(".//button")]
            words += [item.get("value", "") for item in form.xpath(".//input[@type='submit']")]
            if form.method == "POST" and fields.issuperset(names) and (not button or _first(words, button)):
                return form
        wanted = ", ".join(names) or button
        raise Surprise(f"{self.address}: không có biểu mẫu «{wanted}». Trang nói: {self.text[:600]}")


def _first(words: list[str], button: str) -> bool:
    return any(item.startswith(button) for item in words)


class Person:
    """Somebody signed in under a role."""

    def __init__(self, portal: str, row: Mapping[str, Any]) -> None:
        self.portal, self.row = portal, row
        self.name, self.role = str(row["full_name"]), str(row["role"])
        self.client = httpx2.Client(base_url=portal, follow_redirects=True, timeout=60)
        self.spent: set[int] = set()

    def sign_in(self) -> "Person":
        """Sign in with password and, where there is one, the second step."""
        page = self.fill("/dang-nhap/", login=self.row["email"], password=self.row["password"])
        if self.row["totp_secret"]:
            page = self.send(page, "", code=self.code())
        if not page.address.rstrip("/").endswith("/co-quan"):
            raise Surprise(f"{self.name} không đăng nhập được: {page.faults or page.text[:300]}")
        return self

    def code(self) -> str:
        """Return a code not given before; that of the next half minute is accepted too, and will not run out."""
        while True:
            present = int(clock.now().timestamp()) // 30
            for moment in (present, present + 1):
                if moment not in self.spent:
                    self.spent.add(moment)
                    return code_of(self.row["totp_secret"], moment)
            sleep(1)

    def proof(self) -> dict[str, str]:
        """Return what a page asks of who says a word that binds: password and, where there is one, a new code."""
        asked = {"password": self.row["password"]}
        return {**asked, "code": self.code()} if self.row["totp_secret"] else asked

    def act_for(self, agency: str) -> None:
        """Work for *agency* from now on, when the person works for several and stands in another."""
        page = self.open("/co-quan/")
        if any(agency in " ".join(item.text_content().split()) for item in page.tree.xpath("//summary//small")):
            return
        self.send(page, agency)

    def open(self, address: str, *, status: int = 200) -> Page:
        """Open an address; another status than *status* is a surprise."""
        page = Page(self.client.get(address))
        if page.status != status:
            raise Surprise(f"{page.address}: trả lời {page.status}, chờ {status}. {page.text[:400]}")
        return page

    def fill(self, address: str, button: str = "", **values: Value) -> Page:
        """Open a page, fill its form and press *button* (the first one when none is named)."""
        return self.send(self.open(address), button, **values)

    def send(self, page: Page, button: str, **values: Value) -> Page:
        """Fill the form of *page* that has these fields and send it; a refusal is a surprise."""
        form = page.form(*(name for name in values), button=button)
        for name, value in values.items():
            _put(form, name, value)
        answer = Page(self._post(page, form, button))
        if answer.faults or answer.status >= 400:
            text = "; ".join(answer.faults) or answer.text[:600]
            raise Surprise(f"{answer.address}: trả lời {answer.status}. {text}")
        return answer

    def _post(self, page: Page, form: Any, button: str) -> httpx2.Response:
        pairs = list(form.form_values())
        for item in form.xpath(".//button[@type='submit' or not(@type)] | .//input[@type='submit']"):
            words = " ".join(item.text_content().split()) or item.get("value", "")
            if words.startswith(button):
                if item.get("name"):
                    pairs.append((item.get("name"), item.get("value", "")))
                break
        data: dict[str, list[str]] = {}
        for name, value in pairs:
            data.setdefault(name, []).append(value)
        return self.client.post(urljoin(page.address, form.get("action") or ""), data=data)

    def close(self) -> None:
        """Leave."""
        self.client.close()


def _put(form: Any, name: str, value: Value) -> None:
    """Write *value* into a field: text, a choice by its value or its words, or several boxes."""
    field = form.inputs[name]
    kind = type(field).__name__
    if kind == "CheckboxGroup":
        field.value = list(value) if not isinstance(value, str | int) else [str(value)]
    elif kind == "InputElement" and field.type == "checkbox":
        field.checked = bool(value)
    elif kind == "SelectElement":
        field.value = _choice(field, str(value))
    else:
        field.value = str(value)


def _choice(field: Any, wanted: str) -> str:
    for option in field.xpath(".//option"):
        if wanted in (option.get("value", ""), " ".join(option.text_content().split())):
            return str(option.get("value", ""))
    for option in field.xpath(".//option"):
        if option.get("value") and wanted in option.text_content():
            return str(option.get("value"))
    offered = ", ".join(" ".join(option.text_content().split()) for option in field.xpath(".//option"))
    raise Surprise(f"Ô «{field.name}» không có lựa chọn «{wanted}»; có: {offered}")


def code_of(secret: str, moment: int) -> str:
    """Return the six digits an authenticator shows in the half minute *moment* since 1970 (RFC 6238)."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.digest(key, struct.pack(">Q", moment), hashlib.sha1)
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place : place + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"
