// The SPARQL editor of /sparql. Without it, or where scripts do not run, the page has a plain form.
import Yasgui from "@zazuko/yasgui";
import "@zazuko/yasgui/build/yasgui.min.css";
import { about, endpoint, place } from "./about.js";
import { completeFrom } from "./complete.js";
import "./editor.css";
import { Chart, Pages, Table } from "./results.js";

const form = document.querySelector("[data-editor-form]");
const told = [...document.querySelectorAll("[data-editor-replaces]")];
const MOST_IN_LINK = 8000;

function address(query) {
  return `${location.origin}${endpoint}${endpoint.includes("?") ? "&" : "?"}query=${encodeURIComponent(query)}`;
}

function examples(found, yasgui) {
  const select = document.createElement("select");
  select.append(new Option("Start from a question …", ""));
  const groups = new Map();
  for (const one of found.questions) {
    if (!groups.has(one.group)) {
      const group = Object.assign(document.createElement("optgroup"), { label: one.group });
      groups.set(one.group, group);
      select.append(group);
    }
    groups.get(one.group).append(new Option(one.question, one.name));
  }
  select.addEventListener("change", () => {
    const one = found.questions.find((each) => each.name === select.value);
    if (!one) return;
    yasgui.addTab(true, { name: one.title, yasqe: { value: one.sparql } }, { avoidDuplicateTabs: true });
    select.value = "";
  });
  const label = Object.assign(document.createElement("label"), { className: "editor-examples", textContent: "Examples " });
  label.append(select);
  return label;
}

/** Declare our prefixes where a query only uses them, so that it runs elsewhere too. */
function declared(query, prefixes) {
  const used = Object.keys(prefixes).filter(
    (name) => new RegExp(`(^|[^\\w?$:-])${name}:`, "m").test(query) && !new RegExp(`prefix\\s+${name}\\s*:`, "i").test(query),
  );
  return used.map((name) => `PREFIX ${name}: <${prefixes[name]}>\n`).join("") + query;
}

/** Names for what YASGUI leaves without one. */
function name(root) {
  const give = () => {
    for (const area of root.querySelectorAll(".CodeMirror textarea:not([aria-label])")) area.setAttribute("aria-label", "SPARQL query");
    for (const area of root.querySelectorAll(".yasr .CodeMirror textarea")) area.setAttribute("aria-label", "Response");
    for (const frame of root.querySelectorAll(".CodeMirror-scroll[tabindex='-1'], .dataTables_scrollBody:not([tabindex])")) frame.setAttribute("tabindex", "0");
  };
  // A list of tabs may hold tabs alone, and YASGUI keeps the one that adds another among them.
  const add = root.querySelector(".tabsList .addTab");
  if (add) for (const [key, value] of [["role", "tab"], ["aria-selected", "false"], ["aria-label", "New query"]]) add.setAttribute(key, value);
  give();
  new MutationObserver(give).observe(root, { childList: true, subtree: true });
}

async function start() {
  const found = await about();
  const { Yasqe, Yasr } = Yasgui;
  completeFrom(Yasqe, found);
  Yasr.registerPlugin("table", Table);
  Yasr.registerPlugin("pages", Pages);
  Yasr.registerPlugin("chart", Chart);
  Yasr.defaults.pluginOrder = ["table", "pages", "chart", "response"];
  const asked = declared(form.querySelector("textarea").value.trim(), found.prefixes);
  Yasqe.defaults.value = found.example;
  const run = place.dataset.run === "1";
  const yasgui = new Yasgui(place, {
    populateFromUrl: false,
    persistenceId: `reformgraph ${endpoint}`,
    copyEndpointOnNewTab: false,
    requestConfig: { endpoint, method: "POST", headers: {} },
    endpointCatalogueOptions: { getData: () => [{ endpoint }], keys: ["endpoint"] },
    yasqe: { value: found.example },
    yasr: { prefixes: found.prefixes, defaultPlugin: "table" },
  });
  // Tabs may be kept from before; whatever they asked, they ask here.
  for (const tab of Object.values(yasgui._tabs)) tab.setEndpoint(endpoint);
  yasgui.on("queryBefore", (_yasgui, tab) => tab.setEndpoint(endpoint));
  const share = (tab) => {
    const yasqe = tab.getYasqe();
    if (yasqe) yasqe.config.createShareableLink = () => address(yasqe.getValue());
  };
  for (const tab of Object.values(yasgui._tabs)) if (tab.getYasqe) share(tab);
  yasgui.on("tabSelect", (_yasgui, id) => setTimeout(() => share(yasgui.getTab(id)), 0));
  // The address is that of the query that was run, so that it can be kept and sent.
  yasgui.on("query", (_yasgui, tab) => {
    const query = tab.getQuery();
    if (query.length < MOST_IN_LINK) history.replaceState(null, "", address(query));
  });
  place.before(examples(found, yasgui));
  form.hidden = true;
  for (const each of told) each.hidden = true;
  place.hidden = false;
  name(place);
  let tab = yasgui.getTab();
  if (asked && asked !== found.example.trim()) {
    tab = yasgui.addTab(true, { name: "Query", yasqe: { value: asked } }, { avoidDuplicateTabs: true });
  }
  share(tab);
  tab.getYasqe().refresh();
  if (run) tab.getYasqe().query().catch(() => {});
}

if (place && form) {
  // The form stays when anything is wrong: nobody loses what can be done without the editor.
  start().catch((error) => console.warn(`The plain form is shown: ${error.message}`));
}
