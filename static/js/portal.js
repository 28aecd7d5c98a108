// The portal's only script; every page works without it.
"use strict";
(() => {
  const root = document.documentElement;
  const each = (selector, act, scope = document) => scope.querySelectorAll(selector).forEach(act);
  const memory = {
    get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, value); } catch {} },
  };

  // Theme: from a cookie; a 500 page takes the remembered one.
  function showTheme(theme) {
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
    each(".theme-switch [name=theme]", (button) => button.setAttribute("aria-pressed", String(button.value === theme)));
  }
  const remembered = memory.get("theme");
  if (remembered !== null && !root.dataset.theme) showTheme(remembered);
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.sent && form.dataset.once) event.preventDefault();
    form.sent = 1;
    if (!form.matches(".theme-switch") || !event.submitter) return;
    event.preventDefault();
    const theme = event.submitter.value;
    memory.set("theme", theme);
    showTheme(theme);
    const body = new FormData(form);
    body.set("theme", theme);
    fetch(form.action, { method: "POST", body, redirect: "manual" });
  });

  // A menu closes on Escape and on a click elsewhere.
  const closeMenus = (except) => each("details.menu[open]", (menu) => { if (menu !== except) menu.open = false; });
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  // Copy.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    button.querySelector("[role=status]").textContent = button.dataset.copied;
  });

  // The error summary takes the focus, also when htmx brings it.
  function arrive(scope) {
    if (navigator.clipboard) each("[data-copy]", (button) => { button.hidden = false; }, scope);
    const summary = scope.querySelector(".error-summary");
    if (summary) summary.focus();
  }
  arrive(document);
  document.addEventListener("htmx:afterSettle", (event) => arrive(event.target));

  // Session: seconds left now, and how long before the end to ask.
  const dialog = document.getElementById("session-dialog");
  const { sessionSeconds, sessionWarn, sessionUrl } = document.body.dataset;
  if (!dialog || !sessionSeconds) return;
  const left = dialog.querySelector("[data-left]");
  let end = 0;
  let closed = 0;
  const secondsLeft = () => Math.round((end - Date.now()) / 1000);
  const phase = () => (secondsLeft() > Number(sessionWarn) ? 0 : secondsLeft() > 0 ? 1 : 2); // calm, warning, over
  function renew(seconds, tell) {
    end = Date.now() + seconds * 1000;
    if (dialog.open) dialog.close();
    if (tell) memory.set("session-end", String(end));
  }
  function tick() {
    const now = phase();
    if (now === 0) return;
    if (!dialog.open && now > closed) dialog.showModal();
    dialog.querySelector("[data-going]").hidden = now === 2;
    dialog.querySelector("[data-over]").hidden = now === 1;
    const text = secondsLeft() > 30 ? `${Math.ceil(secondsLeft() / 60)} phút` : "30 giây";
    if (left.textContent !== text) left.textContent = text;
  }
  dialog.querySelector("[data-keep]").addEventListener("click", async () => {
    const answer = await fetch(sessionUrl, { headers: { Accept: "application/json" }, redirect: "manual" }).catch(() => null);
    if (!answer) return;
    if (!answer.ok) { end = 0; return; }
    const told = (answer.headers.get("Content-Type") || "").includes("json") ? (await answer.json()).seconds : 0;
    renew(told || Number(sessionSeconds), true);
  });
  // Signed in again elsewhere: this page's forms need the new protection code.
  dialog.addEventListener("close", async () => {
    closed = phase();
    if (closed < 2) return;
    const page = await fetch(location.href).catch(() => null);
    const token = page && page.ok && !page.redirected && /csrfmiddlewaretoken" value="(\w+)"/.exec(await page.text());
    if (!token) return;
    each("[name=csrfmiddlewaretoken]", (input) => { input.value = token[1]; });
    renew(Number(sessionSeconds), true);
  });
  // Other tabs and htmx requests move the end too.
  addEventListener("storage", (event) => { if (event.key === "session-end") renew((Number(event.newValue) - Date.now()) / 1000); });
  document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) renew(Number(sessionSeconds), true); });
  renew(Number(sessionSeconds), true);
  setInterval(tick, 1000);
})();
