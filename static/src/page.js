// What the page says about itself and its viewer.
const root = document.documentElement;

export const viewer = root.dataset.person ?? "";
export const isSignedIn = Boolean(viewer);

/** The token that proves a request comes from our own page. */
export const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

/** The address of the sprite, read from any icon on the page. */
const sprite = () => document.querySelector("svg.i use")?.getAttribute("href")?.split("#")[0] ?? "";

/** An icon as the template tag draws it. */
export function icon(name, size = "") {
  const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawing.setAttribute("class", size ? `i i-${size}` : "i");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite()}#i-${name}`);
  drawing.append(use);
  return drawing;
}

/** An element with attributes and children; texts are set as text, never as HTML. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child != null));
  return made;
}

/** Our own server, asked as htmx asks: with the token, without following anybody elsewhere. */
export const ask = (address, options = {}) =>
  fetch(address, {
    credentials: "same-origin",
    ...options,
    headers: { "HX-Request": "true", "X-CSRFToken": token(), ...options.headers },
  });

/** True where nothing may stay on the device: the page, or the form, says it is confidential. */
export const isConfidential = (node) => Boolean((node ?? document.body).closest?.("[data-confidential]"));

/** Runs `work` for what matches now, and for what htmx or the live client brings later. */
export function whenever(selector, work) {
  const done = new WeakSet();
  const look = (scope) => {
    if (scope.matches?.(selector)) once(scope);
    scope.querySelectorAll?.(selector).forEach(once);
  };
  const once = (node) => {
    if (done.has(node)) return;
    done.add(node);
    work(node);
  };
  look(document);
  arrivals.push(look);
}

const arrivals = [];
new MutationObserver((changes) => {
  for (const change of changes)
    for (const node of change.addedNodes) if (node.nodeType === 1) for (const look of arrivals) look(node);
}).observe(document.documentElement, { childList: true, subtree: true });
