// Names the search box of a list that is searched, which select2 leaves without a name, after the list's own label.
"use strict";

addEventListener("load", () => {
  for (const list of document.querySelectorAll("select.admin-autocomplete[multiple][id]")) {
    const label = document.querySelector(`label[for="${list.id}"]`);
    const box = list.parentElement.querySelector(".select2-search__field");
    if (label && box) {
      box.setAttribute("aria-label", label.textContent.trim());
    }
  }
});
