// What a picture gains with JavaScript: ancestry lights up, evidence opens beside it, zoom, PNG.
// Without it every mark is a link and every fact stands in the table.
"use strict";

for (const frame of document.querySelectorAll("[data-picture]")) enrich(frame);

function enrich(frame) {
  const svg = frame.querySelector("svg");
  if (!svg) return;
  lightUp(svg);
  const bar = document.createElement("div");
  bar.className = "picture-tools";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "The picture");
  zoom(svg, frame, bar);
  png(bar);
  frame.before(bar);
  evidence(svg, frame);
  toFocus(svg, frame); // last: a frame that is moved in the page forgets where it was scrolled to
}

// A picture wider than its frame is moved until its item in focus is seen whole.
function toFocus(svg, frame) {
  const focus = svg.querySelector(".node.focus, .band.focus, .bar.here");
  if (!focus || frame.scrollWidth <= frame.clientWidth) return;
  frame.scrollLeft += Math.max(0, focus.getBoundingClientRect().right + 20 - frame.getBoundingClientRect().right);
}

// Hover or focus on an item lights up all that it draws on and all that draws on it.
function lightUp(svg) {
  const edges = [...svg.querySelectorAll("[data-from]")];
  const nodes = [...svg.querySelectorAll("[data-node]")];
  const earlier = new Map(), later = new Map();
  for (const edge of edges) {
    const { from, to } = edge.dataset;
    if (!earlier.has(to)) earlier.set(to, []);
    if (!later.has(from)) later.set(from, []);
    earlier.get(to).push([from, edge]);
    later.get(from).push([to, edge]);
  }
  const walk = (start, ways, lit) => {
    const queue = [start], seen = new Set(queue);
    while (queue.length) {
      for (const [next, edge] of ways.get(queue.pop()) || []) {
        lit.add(edge);
        if (!seen.has(next)) { seen.add(next); queue.push(next); }
      }
    }
    return seen;
  };
  const clear = () => {
    svg.classList.remove("is-lit");
    for (const one of svg.querySelectorAll(".lit")) one.classList.remove("lit");
  };
  const show = (target) => {
    clear();
    const lit = new Set();
    let names;
    if (target.dataset.node !== undefined) {
      names = new Set([...walk(target.dataset.node, earlier, lit), ...walk(target.dataset.node, later, lit)]);
    } else {
      names = new Set([target.dataset.from, target.dataset.to]);
      lit.add(target);
    }
    for (const edge of lit) edge.classList.add("lit");
    for (const node of nodes) if (names.has(node.dataset.node)) node.classList.add("lit");
    svg.classList.add("is-lit");
  };
  const found = (event) => event.target.closest("[data-node], [data-from]");
  svg.addEventListener("pointerover", (event) => { const one = found(event); if (one) show(one); });
  svg.addEventListener("pointerout", clear);
  svg.addEventListener("focusin", (event) => { const one = found(event); if (one) show(one); });
  svg.addEventListener("focusout", clear);
}

// Larger and smaller by buttons or keys; the frame scrolls, so panning is scrolling.
function zoom(svg, frame, bar) {
  const natural = svg.getBoundingClientRect().width;
  let factor = 1;
  const say = document.createElement("output");
  const set = (value) => {
    const before = factor;
    factor = Math.min(4, Math.max(0.5, value));
    svg.classList.toggle("is-zoomed", factor !== 1);
    frame.classList.toggle("is-zoomed", factor > 1);
    svg.setAttribute("width", String(Math.round(natural * factor)));
    frame.scrollLeft = (frame.scrollLeft + frame.clientWidth / 2) * factor / before - frame.clientWidth / 2;
    say.textContent = `${Math.round(factor * 100)} %`;
  };
  button(bar, "Smaller", "−", () => set(factor / 1.25));
  bar.append(say);
  say.textContent = "100 %";
  button(bar, "Larger", "+", () => set(factor * 1.25));
  button(bar, "Fit", "Fit", () => set(1));
  frame.addEventListener("keydown", (event) => {
    if (event.target !== frame || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { "+": 1.25, "=": 1.25, "-": 0.8 }[event.key];
    if (step) { set(factor * step); event.preventDefault(); }
    if (event.key === "0") set(1);
  });
  let grip = null;
  frame.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" && event.button === 0 && !event.target.closest("a")) {
      grip = { x: event.clientX, y: event.clientY, left: frame.scrollLeft, top: frame.scrollTop };
      event.preventDefault();
    }
  });
  window.addEventListener("pointermove", (event) => {
    if (!grip) return;
    frame.scrollLeft = grip.left - event.clientX + grip.x;
    frame.scrollTop = grip.top - event.clientY + grip.y;
  });
  window.addEventListener("pointerup", () => { grip = null; });
}

// A PNG is drawn from the standalone SVG by the browser itself; nothing leaves the host.
function png(bar) {
  const source = document.querySelector('link[rel="alternate"][type="image/svg+xml"]');
  if (!source) return;
  button(bar, "Save as PNG", "PNG", async () => {
    const text = await (await fetch(source.href)).text();
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * 2;
    canvas.height = image.naturalHeight * 2;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const link = document.createElement("a");
    link.href = canvas.toDataURL("image/png");
    link.download = `${location.pathname.split("/").pop() || "picture"}.png`;
    link.click();
  });
}

// A click on a line opens its evidence beside the picture; with a modifier key it stays a link.
function evidence(svg, frame) {
  const panel = document.createElement("aside");
  panel.className = "picture-evidence";
  panel.hidden = true;
  panel.tabIndex = -1;
  panel.setAttribute("aria-label", "Evidence of what was chosen in the picture");
  const side = document.createElement("div");
  side.className = "picture-beside";
  frame.replaceWith(side);
  side.append(frame, panel);
  let last = null;
  const close = () => {
    panel.hidden = true;
    side.classList.remove("has-evidence");
    panel.replaceChildren();
    if (last) last.focus();
  };
  panel.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  svg.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-from], a.bend");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const href = link.getAttribute("href");
    const answer = await fetch(href, { headers: { Accept: "text/html" } });
    if (!answer.ok) { location.assign(href); return; }
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const body = page.querySelector("#main > *");
    last = link;
    panel.replaceChildren();
    const tools = document.createElement("p");
    tools.className = "actions";
    button(tools, "Close the evidence", "Close", close);
    const whole = document.createElement("a");
    whole.href = href;
    whole.textContent = "Open as a page";
    tools.append(whole);
    for (const part of body.querySelectorAll("#history, .contents")) part.remove();
    for (const named of body.querySelectorAll("[id]")) named.removeAttribute("id");
    for (const named of body.querySelectorAll("[aria-labelledby]")) named.removeAttribute("aria-labelledby");
    for (const heading of body.querySelectorAll("h1")) {
      const second = document.createElement("h2");
      second.append(...heading.childNodes);
      heading.replaceWith(second);
    }
    panel.append(tools, body);
    panel.hidden = false;
    side.classList.add("has-evidence");
    panel.scrollTop = 0;
    link.scrollIntoView({ block: "nearest", inline: "nearest" });
    panel.focus({ preventScroll: true });
  });
}

function button(place, name, text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "tool";
  made.textContent = text;
  made.setAttribute("aria-label", name);
  made.addEventListener("click", act);
  place.append(made);
}
