// What was sent to Parvis from another app, kept on this device until the composer takes it up: an hour at most, and never past
// signing out. The service worker writes it, the composer reads it. Beside it lies the language the offline page is to speak.
const HOUR = 3_600_000;

/** One transaction on the store; resolves with what `work` asked for. */
async function within(mode, work) {
  const opening = indexedDB.open("parvis", 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("shared", { keyPath: "number", autoIncrement: true });
    opening.result.createObjectStore("said");
  };
  const store = await settled(opening);
  try {
    const all = store.transaction(["shared", "said"], mode);
    const asked = work(all.objectStore("shared"), all.objectStore("said"));
    await new Promise((resolve, reject) => {
      all.oncomplete = resolve;
      all.onabort = all.onerror = () => reject(all.error);
    });
    return asked?.result;
  } finally {
    store.close();
  }
}

const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Keeps `things` ({title, text, url} or {picture}), each taken up by itself. */
export const keep = (things) => within("readwrite", (shared) => void things.forEach((thing) => shared.add({ ...thing, at: Date.now() })));

/** What still waits, in the order it came. */
export const waiting = async () => (await within("readonly", (shared) => shared.getAll())).filter(({ at }) => at > Date.now() - HOUR);

export const remove = (number) => within("readwrite", (shared) => shared.delete(number));

export const forgetOld = () =>
  within("readwrite", (shared) => {
    const asked = shared.openCursor();
    asked.onsuccess = () => {
      const row = asked.result;
      if (!row) return;
      if (row.value.at <= Date.now() - HOUR) row.delete();
      row.continue();
    };
  });

/** Nothing of anybody stays. */
export const forgetAll = () => within("readwrite", (shared, said) => void [shared, said].forEach((store) => store.clear()));

export const speak = (language) => within("readwrite", (_, said) => void said.put(language, "language"));
export const spoken = () => within("readonly", (_, said) => said.get("language"));
