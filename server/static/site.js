"use strict";
// What every page may use, all of it beside what works without: "/" goes to the search field, and
// fields for a thing of the graph offer names while one types.
(() => {
  const busy = (element) => element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || busy(event.target)) return;
    const field = document.querySelector("#finder-q");
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });

  const WAIT = 150;
  for (const field of document.querySelectorAll("input[data-pick]")) {
    let timer = 0;
    let asked = "";
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        const text = field.value.trim();
        if (text.length < 2 || text === asked) return;
        asked = text;
        const answer = await fetch(`${field.dataset.pick}?q=${encodeURIComponent(text)}`);
        if (!answer.ok || text !== asked) return;
        const found = await answer.json();
        const options = [...found.hits, ...found.near].filter((hit) => hit.slug).map((hit) => {
          const option = document.createElement("option");
          option.value = hit.slug;
          option.label = hit.kind ? `${hit.label} · ${hit.kind}` : hit.label;
          return option;
        });
        field.list.replaceChildren(...options);
      }, WAIT);
    });
  }
})();
