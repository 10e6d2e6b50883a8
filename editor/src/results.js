// How results look: a table and a list of things that lead to pages of this server, and a chart.
import {
  BarController, BarElement, CategoryScale, Chart as Drawing, Legend, LineController, LineElement,
  LinearScale, PointElement, Tooltip,
} from "chart.js";
import { endpoint, pageOf, shorten } from "./about.js";

Drawing.register(
  BarController, BarElement, CategoryScale, Legend, LineController, LineElement, LinearScale,
  PointElement, Tooltip,
);

const SHOWN = 300;
const LABELLED = 300;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function linkTo(iri, prefixes, text = "") {
  const words = text || shorten(iri, prefixes);
  return element("a", { className: "iri", href: pageOf(iri), title: iri, textContent: words });
}

function icon(text) {
  return element("span", { className: "plugin-sign", textContent: text, ariaHidden: "true" });
}

class Plain {
  constructor(yasr) {
    this.yasr = yasr;
    this.hideFromSelection = false;
  }

  get rows() {
    return (this.yasr.results && this.yasr.results.getBindings()) || [];
  }

  get names() {
    return (this.yasr.results && this.yasr.results.getVariables()) || [];
  }
}

/** The answer as a table: sorted by its headings, filtered, in pages. YASR's own writes styles into
    the page, which our Content-Security-Policy forbids. */
export class Table extends Plain {
  priority = 10;
  label = "Table";
  sorted = { name: "", down: false };
  filter = "";
  page = 0;

  canHandleResults() {
    return this.names.length > 0;
  }

  getIcon() {
    return icon("☰");
  }

  download(filename) {
    return { getData: () => this.yasr.results.asCsv(), contentType: "text/csv", title: "Download as CSV", filename: `${filename || "answer"}.csv` };
  }

  draw() {
    const filter = element("input", { type: "search", value: this.filter });
    const table = element("table");
    const frame = element("div", { className: "scroll result-table", tabIndex: 0, role: "region", ariaLabel: "Answer; scrolls sideways" }, table);
    const pages = element("p", { className: "result-paging" });
    const show = () => this.show(table, pages, show);
    filter.addEventListener("input", () => {
      this.filter = filter.value;
      this.page = 0;
      show();
    });
    this.yasr.resultsEl.replaceChildren(element("div", { className: "chart-controls" }, element("label", {}, "Only rows with ", filter)), frame, pages);
    show();
  }

  show(table, pages, again) {
    const prefixes = this.yasr.getPrefixes();
    const word = this.filter.trim().toLowerCase();
    let rows = this.rows;
    if (word) rows = rows.filter((row) => Object.values(row).some((term) => term.value.toLowerCase().includes(word)));
    if (this.sorted.name) rows = inOrder(rows, this.sorted);
    const last = Math.max(0, Math.ceil(rows.length / SHOWN) - 1);
    this.page = Math.min(this.page, last);
    const head = element("tr", {}, element("th", { scope: "col", className: "number", textContent: "#" }), ...this.names.map((name) => this.heading(name, again)));
    const body = rows.slice(this.page * SHOWN, (this.page + 1) * SHOWN).map((row, place) =>
      element("tr", {}, element("td", { className: "number", textContent: String(this.page * SHOWN + place + 1) }), ...this.names.map((name) => cell(row[name], prefixes))),
    );
    table.replaceChildren(element("thead", {}, head), element("tbody", {}, ...body));
    const step = (words, by) => {
      const button = element("button", { type: "button", className: "tool", textContent: words });
      button.addEventListener("click", () => {
        this.page += by;
        again();
      });
      return button;
    };
    pages.replaceChildren(`${rows.length} rows`, ...(last ? [`, page ${this.page + 1} of ${last + 1} `] : []), ...(this.page > 0 ? [step("Earlier", -1)] : []), ...(this.page < last ? [step("Later", 1)] : []));
  }

  heading(name, again) {
    const chosen = this.sorted.name === name;
    const button = element("button", { type: "button", className: "sorter", textContent: `${name}${chosen ? (this.sorted.down ? " ▾" : " ▴") : ""}` });
    button.addEventListener("click", () => {
      this.sorted = { name, down: chosen && !this.sorted.down };
      again();
    });
    const heading = element("th", { scope: "col" }, button);
    if (chosen) heading.ariaSort = this.sorted.down ? "descending" : "ascending";
    return heading;
  }
}

function inOrder(rows, { name, down }) {
  const words = new Intl.Collator("en", { numeric: true });
  const text = (row) => (row[name] ? row[name].value : "");
  const ordered = [...rows].sort((one, other) => words.compare(text(one), text(other)));
  return down ? ordered.reverse() : ordered;
}

function cell(term, prefixes) {
  const made = element("td", { dir: "auto" });
  if (!term) return made;
  if (term.type === "uri") made.append(linkTo(term.value, prefixes));
  else {
    made.append(term.value);
    const about = term["xml:lang"] || (term.datatype ? shorten(term.datatype, prefixes) : "");
    if (about && about !== "xsd:string") made.append(" ", element("small", { textContent: about }));
  }
  return made;
}

/** Every thing in the answer once, with its name, as links to pages, column by column. */
export class Pages extends Plain {
  priority = 5;
  label = "Pages";

  canHandleResults() {
    return this.rows.some((row) => Object.values(row).some((term) => term.type === "uri"));
  }

  getIcon() {
    return icon("¶");
  }

  async draw() {
    const shown = element("div", { className: "result-pages" });
    this.yasr.resultsEl.replaceChildren(shown);
    const prefixes = this.yasr.getPrefixes();
    const columns = this.names.map((name) => [name, this.counted(name)]).filter(([, found]) => found.size);
    const labels = await named(columns.flatMap(([, found]) => [...found.keys()]).slice(0, LABELLED));
    for (const [name, found] of columns) {
      const list = element("ul");
      for (const [iri, number] of [...found].slice(0, SHOWN)) {
        const times = number > 1 ? element("span", { className: "quiet", textContent: ` in ${number} rows` }) : "";
        list.append(element("li", {}, linkTo(iri, prefixes, labels.get(iri)), times));
      }
      if (found.size > SHOWN) list.append(element("li", { textContent: `… and ${found.size - SHOWN} more, in the table` }));
      shown.append(element("section", {}, element("h3", { textContent: `?${name} (${found.size})` }), list));
    }
  }

  counted(name) {
    const found = new Map();
    for (const row of this.rows) {
      if (row[name] && row[name].type === "uri") found.set(row[name].value, (found.get(row[name].value) || 0) + 1);
    }
    return found;
  }
}

async function named(iris) {
  const found = new Map();
  const safe = iris.filter((iri) => !/[<>"{}|\\^`\s]/.test(iri));
  if (!safe.length) return found;
  const query = `SELECT ?s (MIN(?l) AS ?label) { VALUES ?s { ${safe.map((iri) => `<${iri}>`).join(" ")} } ?s <http://www.w3.org/2000/01/rdf-schema#label> ?l } GROUP BY ?s`;
  const answer = await fetch(endpoint, {
    method: "POST",
    headers: { "Content-Type": "application/sparql-query", Accept: "application/sparql-results+json" },
    body: query,
  });
  if (!answer.ok) return found;
  for (const row of (await answer.json()).results.bindings) {
    if (row.s && row.label) found.set(row.s.value, row.label.value);
  }
  return found;
}

const isNumber = (term) => term && term.type !== "uri" && term.value.trim() !== "" && Number.isFinite(Number(term.value));

/** A numeric column over another column, as bars or as a line. */
export class Chart extends Plain {
  priority = 4;
  label = "Chart";
  drawing = null;

  get numeric() {
    return this.names.filter((name) => {
      const had = this.rows.filter((row) => row[name]);
      return had.length > 0 && had.every((row) => isNumber(row[name]));
    });
  }

  canHandleResults() {
    return this.rows.length > 0 && this.names.length > 1 && this.numeric.length > 0;
  }

  getIcon() {
    return icon("▮");
  }

  destroy() {
    if (this.drawing) this.drawing.destroy();
    this.drawing = null;
  }

  draw() {
    const numeric = this.numeric;
    const value = this.choice("Values", numeric, numeric[numeric.length - 1]);
    const over = this.choice("Over", this.names, this.names.find((name) => !numeric.includes(name)) || this.names.find((name) => name !== numeric[numeric.length - 1]));
    const form = this.choice("As", ["bar", "line"], "bar");
    const canvas = element("canvas", { role: "img" });
    const frame = element("div", { className: "result-chart" }, canvas);
    this.yasr.resultsEl.replaceChildren(element("div", { className: "chart-controls" }, value.field, over.field, form.field), frame);
    const show = () => this.show(canvas, over.select.value, value.select.value, form.select.value);
    for (const each of [value, over, form]) each.select.addEventListener("change", show);
    show();
  }

  choice(words, options, chosen) {
    const select = element("select");
    for (const option of options) select.append(element("option", { value: option, textContent: option, selected: option === chosen }));
    return { select, field: element("label", {}, `${words} `, select) };
  }

  show(canvas, over, value, type) {
    this.destroy();
    const style = getComputedStyle(document.documentElement);
    const colour = (name) => style.getPropertyValue(name).trim();
    const prefixes = this.yasr.getPrefixes();
    const rows = this.rows.filter((row) => row[value]).slice(0, SHOWN);
    const labels = rows.map((row) => (row[over] ? (row[over].type === "uri" ? shorten(row[over].value, prefixes) : row[over].value) : ""));
    canvas.ariaLabel = `Chart of ${value} over ${over}, ${rows.length} values; the table has the same`;
    const axis = { ticks: { color: colour("--quiet") }, grid: { color: colour("--rule") } };
    this.drawing = new Drawing(canvas, {
      type,
      data: { labels, datasets: [{ label: value, data: rows.map((row) => Number(row[value].value)), backgroundColor: colour("--link"), borderColor: colour("--link") }] },
      options: { animation: false, maintainAspectRatio: false, plugins: { legend: { display: false } }, scales: { x: { ...axis, title: { display: true, text: over, color: colour("--quiet") } }, y: { ...axis, beginAtZero: true, title: { display: true, text: value, color: colour("--quiet") } } } },
    });
  }
}
