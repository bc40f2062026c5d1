// The one socket of this tab: opens, says what the page watches, comes back by itself.

const FIRST_WAITS = [1000, 2000];
const LONGEST_WAIT = 3000;

export class Connection extends EventTarget {
  #socket = null;
  #attempt = 0;
  #timer = 0;
  #wanted = () => ({});
  lostAt = null;

  /** @param {() => Record<string, number>} wanted names of streams and the versions on this screen */
  constructor(wanted) {
    super();
    this.#wanted = wanted;
    addEventListener("online", () => this.retry());
    addEventListener("pagehide", () => this.#socket?.close());
    addEventListener("pageshow", (event) => event.persisted && this.open());
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  open() {
    clearTimeout(this.#timer);
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/live/`);
    this.#socket = socket;
    socket.addEventListener("open", () => this.watch());
    socket.addEventListener("message", (event) => this.#hear(JSON.parse(event.data)));
    socket.addEventListener("close", (event) => socket === this.#socket && this.#close(event.code));
  }

  /** Say the whole list of what is watched, with the versions shown. */
  watch() {
    this.say({ type: "watch", streams: this.#wanted() });
  }

  say(message) {
    if (this.isOpen) this.#socket.send(JSON.stringify(message));
  }

  retry() {
    if (!this.isOpen && this.#socket?.readyState !== WebSocket.CONNECTING) this.open();
  }

  #hear(frame) {
    if (frame.type === "watching" && (this.lostAt || this.#attempt)) {
      this.lostAt = null;
      this.#attempt = 0;
      this.#tell("back", frame);
    }
    this.#tell(frame.type, frame);
  }

  #close(code) {
    if (code === 4401) {
      // The account or the session ended: the next page says so. The socket hears of it a moment before the session is gone, and
      // where it was ended by a form of this page, a reload would break that off: the answer to the form is the next page.
      setTimeout(() => location.reload(), document.querySelector("form[data-sent]") ? 10_000 : 500);
      return;
    }
    if (!this.lostAt) {
      this.lostAt = new Date();
      this.#tell("lost", {});
    }
    const wait = FIRST_WAITS[this.#attempt] ?? LONGEST_WAIT;
    this.#attempt += 1;
    this.#timer = setTimeout(() => this.open(), wait * (0.7 + Math.random() * 0.3));
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
