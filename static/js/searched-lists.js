// select2 leaves the search box of a list without a name: it gets the label of its list, whenever the box is made.
"use strict";

function nameBoxes() {
  for (const box of document.querySelectorAll(".select2-search__field:not([aria-label])")) {
    const list = box.closest(".select2-container")?.previousElementSibling;
    const label = list?.labels?.[0];
    if (label) {
      box.setAttribute("aria-label", label.textContent.trim());
    }
  }
}

addEventListener("DOMContentLoaded", () => {
  nameBoxes();
  new MutationObserver(nameBoxes).observe(document.body, { childList: true, subtree: true });
});
