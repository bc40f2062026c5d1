// Every text the scripts say comes from the page (templates/_words.html), in the page's language.
const source = document.getElementById("words");
export const words = source ? JSON.parse(source.textContent) : {};

const rules = new Intl.PluralRules(document.documentElement.lang || "en");

/** `text` with {names} replaced by values. */
export const fill = (text, values = {}) => (text ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** The form of `forms` ({one, other}) that goes with `n`. */
export const plural = (forms, n, values = {}) => fill(forms?.[rules.select(n)] ?? forms?.other, { n, ...values });
