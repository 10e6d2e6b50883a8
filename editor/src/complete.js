// Completion from our ontology: properties where a verb is due, classes after "a", else concepts.
import { shorten } from "./about.js";

const MOST = 60;

function wanted(yasqe) {
  const token = yasqe.getCompleteToken();
  if (/^[?$"'#]/.test(token.string)) return null;
  const cursor = yasqe.getDoc().getCursor();
  const before = yasqe.getPreviousNonWsToken(cursor.line, token);
  const verb = before.state && before.state.lastProperty;
  if (["a", "rdf:type", "rdfs:domain", "rdfs:range"].includes(verb) && before.string !== ";") return "class";
  if (token.state.possibleCurrent.indexOf("a") >= 0) return "property";
  return token.string.includes(":") ? "concept" : null;
}

/** Make YASQE complete what `found` (the answer of /sparql/editor.json) holds; asks nobody else. */
export function completeFrom(Yasqe, found) {
  const byIri = new Map(found.terms.map((term) => [term.iri, term]));
  Yasqe.defaults.autocompleters = ["variables"];
  Yasqe.defaults.prefixCcApi = "";
  Yasqe.forkAutocompleter("prefixes", {
    name: "ourPrefixes",
    persistenceId: null,
    get: () => Object.entries(found.prefixes).map(([name, iri]) => `${name}: <${iri}>`).sort(),
  });
  Yasqe.forkAutocompleter("property", {
    name: "ourTerms",
    bulk: false,
    autoShow: true,
    isValidCompletionPosition: (yasqe) => wanted(yasqe) !== null,
    get: (yasqe, token) => {
      const kind = wanted(yasqe);
      const typed = (token && token.autocompletionString) || "";
      const word = typed.toLowerCase();
      const fits = (term) =>
        term.iri.startsWith(typed) ||
        (word.length > 2 && !word.includes(":") && (term.label.toLowerCase().includes(word) || term.name.toLowerCase().includes(word)));
      return found.terms.filter((term) => term.kind === kind && fits(term)).slice(0, MOST).map((term) => term.iri);
    },
    // A prefixed name whatever was typed: the service knows our prefixes without their being declared.
    postProcessSuggestion: (_yasqe, _token, iri) => shorten(iri, found.prefixes),
    postprocessHints: (_yasqe, hints) =>
      hints.map((hint) => {
        const term = found.terms.find((each) => shorten(each.iri, found.prefixes) === hint.text);
        return term && term.label ? { ...hint, displayText: `${hint.text}  – ${term.label}` } : hint;
      }),
  });
  return byIri;
}
