// Names the search box of a list that is searched, which select2 leaves without a name, after the list's own label.
"use strict";

addEventListener("load", () => {
  for (const box of document.querySelectorAll(".select2-search__field")) {
    const list = box.closest(".select2-container")?.previousElementSibling;
    const label = list?.id && document.querySelector(`label[for="${list.id}"]`);
    if (label) {
      box.setAttribute("aria-label", label.textContent.trim());
    }
  }
});
