// Keeps each criterion as it is judged; without script the button below does the same for the whole page.
"use strict";

(() => {
  const form = document.querySelector("form[data-autosave]");
  if (!form) {
    return;
  }
  const PAUSE = 900;
  const timers = new WeakMap();
  let line = Promise.resolve();

  const tell = (part, text, wrong) => {
    const place = part.querySelector(".autosave");
    place.textContent = text;
    place.classList.toggle("is-wrong", wrong);
  };

  const conclude = (left) => {
    const waiting = new Set(left);
    for (const item of form.querySelectorAll("[data-left] > li")) {
      item.hidden = !waiting.has(item.dataset.code);
    }
    form.querySelector("[data-met]").hidden = waiting.size > 0;
    form.querySelector("[data-unmet]").hidden = waiting.size === 0;
  };

  const remember = (part, seen) => {
    const mark = part.querySelector("input[name^='seen-']");
    if (mark) {
      mark.value = seen[mark.name.slice(5)] || mark.value;
    }
  };

  const send = async (part) => {
    const data = new FormData();
    for (const field of part.querySelectorAll("input,textarea,select")) {
      if (field.name && (!["radio", "checkbox"].includes(field.type) || field.checked)) {
        data.append(field.name, field.value);
      }
    }
    data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    try {
      const answer = await fetch(form.dataset.autosave, { method: "POST", body: data, redirect: "error" });
      const said = await answer.json();
      if (answer.ok) {
        remember(part, said.seen);
        conclude(said.left);
        part.classList.remove("has-error");
        tell(part, said.text, false);
      } else {
        if (answer.status === 409) {
          remember(part, said.seen);
        }
        tell(part, `Chưa lưu: ${said.detail}`, true);
      }
    } catch {
      tell(part, "Chưa lưu được; bấm «Lưu đánh giá» để thử lại.", true);
    }
  };

  const soon = (part, pause) => {
    clearTimeout(timers.get(part));
    timers.set(part, setTimeout(() => { line = line.then(() => send(part)); }, pause));
  };

  for (const part of form.querySelectorAll("fieldset[data-part]")) {
    part.addEventListener("input", (event) => soon(part, event.target.matches("textarea, [type=text]") ? PAUSE : 0));
  }
})();
