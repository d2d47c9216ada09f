// @ts-check
/** Which page the address names: `#/tokens?q=…`, `#/tokens/{id}`, `#/audit`. */

/** @typedef {{name: "tokens" | "token" | "audit" | "unknown", id?: string, query: URLSearchParams}} Route */

const TOKEN_ID = /^tok_\w+$/;

/** The route of the address. @returns {Route} */
export function currentRoute() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?", 2);
  return { ...routeOf(path), query: new URLSearchParams(query) };
}

/** @param {string} path @returns {{name: Route["name"], id?: string}} */
function routeOf(path) {
  const [first, second, ...rest] = path.split("/");
  if (rest.length > 0) return { name: "unknown" };
  if (first === "tokens" && TOKEN_ID.test(second)) return { name: "token", id: second };
  if (second) return { name: "unknown" };
  if (first === "" || first === "tokens") return { name: "tokens" };
  return { name: first === "audit" ? "audit" : "unknown" };
}

/** @param {string} id of a token */
export const tokenHref = (id) => `#/tokens/${id}`;

/** @param {Record<string, string | number>} query what is empty is left out */
export function tokensHref(query) {
  const given = Object.entries(query).filter(([, value]) => value);
  return given.length ? `#/tokens?${new URLSearchParams(given.map(([key, value]) => [key, `${value}`]))}` : "#/tokens";
}

/** Goes to an address, with an entry in the history. @param {string} href */
export const goTo = (href) => {
  location.hash = href;
};

/** Changes the address only, as while somebody types a search. @param {string} href */
export const replaceAddress = (href) => history.replaceState(history.state, "", href);
