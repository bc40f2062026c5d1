// Every text the scripts say comes from the page (templates/_words.html), in the page's language.
const source = document.getElementById("words");
export const words = source ? JSON.parse(source.textContent) : {};

const rules = new Intl.PluralRules(document.documentElement.lang || "en");

// Somebody's words keep their own direction and leave the sentence its own: Unicode's isolates, of which nothing shows.
const isolated = (value) => (typeof value === "string" && value ? `\u2068${value}\u2069` : value ?? "");

/** `text` with {names} replaced by values. */
export const fill = (text, values = {}) => (text ?? "").replace(/\{(\w+)\}/g, (_, name) => isolated(values[name]));

/** The form of `forms` ({one, other}) that goes with `n`. */
export const plural = (forms, n, values = {}) => fill(forms?.[rules.select(n)] ?? forms?.other, { n, ...values });
