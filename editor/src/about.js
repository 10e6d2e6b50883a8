// What the page and the service say: where to ask, prefixes, terms and questions.

const host = document.querySelector("[data-editor]");

export const place = host;
// The generation that this page is pinned to, as a parameter; empty for the current one.
const pin = host ? host.dataset.pin || "" : "";
export const endpoint = host ? kept(host.dataset.endpoint) : "";
const root = host ? host.dataset.root : "";
const base = host ? host.dataset.base : "";
const OWN = "https://w3id.org/reformgraph/ontology#";

/** Fetch prefixes, terms and questions; raises what fetch raises. */
export async function about() {
  const answer = await fetch(host.dataset.about, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(`${host.dataset.about}: ${answer.status}`);
  return answer.json();
}

/** Return an address that keeps the generation. */
function kept(address) {
  return pin ? `${address}${address.includes("?") ? "&" : "?"}${pin}` : address;
}

/** Return the page about an IRI on this server, whatever the IRI: no link leads to the IRI itself. */
export function pageOf(iri) {
  if (iri.startsWith(OWN)) return `${root}/ontology#${encodeURIComponent(iri.slice(OWN.length))}`;
  if (iri.startsWith(base)) {
    const [folder, ...rest] = iri.slice(base.length).split("/");
    const name = encodeURIComponent(rest.join("/"));
    if (folder === "id" && name) return kept(`${root}/page/${name}`);
    if (["claim", "evidence", "graph", "commentary"].includes(folder) && name) return kept(`${root}/page/${folder}/${name}`);
  }
  // Any IRI of the graph has a page; one that is not in it is told so there.
  return kept(`${root}/about?iri=${encodeURIComponent(iri)}`);
}

/** Shorten an IRI by the prefixes; whole when none fits. */
export function shorten(iri, prefixes) {
  for (const [name, start] of Object.entries(prefixes)) {
    if (start && iri.startsWith(start) && iri.length > start.length) return `${name}:${iri.slice(start.length)}`;
  }
  if (base && iri.startsWith(base)) return iri.slice(base.length);
  return iri;
}
