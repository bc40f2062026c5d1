// <picture-drop data-url="…"> around a text area: pictures dropped, pasted, chosen or taken with the phone are sent there, and their
// Markdown is put into the text. The server answers {"markdown": "![…](…)"}; a refusal {"error": "…", "help": "…"} is said in place.
import { announce, element, failure, fill, icon, token, words } from "../core.js";
import { refusalOf } from "../notices.js";
import { insert } from "./index.js";

const size = (bytes) => `${(bytes / 1_000_000).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })}\u00a0MB`;

class PictureDrop extends HTMLElement {
  connectedCallback() {
    if (this.isReady) return;
    this.isReady = true;
    this.dataset.dropText = words.dropHere;
    const form = this.closest("form") ?? this;
    this.addEventListener("dragover", (event) => {
      if (![...event.dataTransfer.types].includes("Files")) return;
      event.preventDefault();
      this.dataset.over = "";
    });
    for (const name of ["dragleave", "drop"]) this.addEventListener(name, () => delete this.dataset.over);
    this.addEventListener("drop", (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      this.send(event.dataTransfer.files);
    });
    this.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])].filter((file) => file.type.startsWith("image/"));
      if (!files.length || event.clipboardData.types.includes("text/plain")) return;
      event.preventDefault();
      this.send(files);
    });
    for (const button of form.querySelectorAll("[data-attach], [data-camera]")) {
      button.hidden = false;
      const input = element("input", { type: "file", accept: "image/*", multiple: !button.matches("[data-camera]"), capture: button.matches("[data-camera]") ? "environment" : false });
      input.addEventListener("change", () => {
        this.send(input.files);
        input.value = "";
      });
      button.addEventListener("click", () => input.click());
    }
  }

  send(files) {
    for (const file of files) this.sendOne(file);
  }

  get lines() {
    const form = this.closest("form") ?? this;
    let place = form.querySelector("[data-uploads]");
    if (!place) {
      place = element("div", { class: "more", "data-uploads": true });
      this.after(place);
    }
    return place;
  }

  sendOne(file) {
    const request = new XMLHttpRequest();
    const progress = element("progress", { max: "100", value: "0", "aria-label": fill(words.uploading, { name: file.name }) });
    const sizes = element("span", { class: "soft" }, size(file.size));
    const stop = element("button", { type: "button", class: "btn quiet icon", "aria-label": fill(words.stopUpload, { name: file.name }) }, icon("x", "sm"));
    const line = element("div", { class: "upload" }, icon("image", "sm"), element("span", {}, element("strong", {}, file.name), " ", sizes), stop, progress);
    // Taken, refused or stopped: who brought the picture need not keep it. A cut wire settles nothing.
    const settle = () => this.dispatchEvent(new CustomEvent("picture:settled", { detail: file }));
    stop.addEventListener("click", () => {
      request.abort();
      line.remove();
      settle();
    });
    request.upload.addEventListener("progress", ({ loaded, total }) => {
      progress.value = (loaded / total) * 100;
      sizes.textContent = fill(words.ofSize, { sent: size(loaded), total: size(total) });
    });
    request.addEventListener("load", () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        const refusal = refusalOf(request.getResponseHeader("X-Refusal"));
        if (refusal) answer = { error: refusal.title, help: refusal.text };
      }
      if (request.status < 300 && answer.markdown) {
        line.remove();
        insert(this.querySelector("textarea"), `${answer.markdown}\n`);
        announce(fill(words.uploaded, { name: file.name }));
      } else this.fail(line, file, answer, request.status === 503 ? () => this.sendOne(file) : undefined);
      if (request.status < 500) settle();
    });
    request.addEventListener("error", () => this.fail(line, file, { help: words.offline }, () => this.sendOne(file)));
    request.open("POST", this.dataset.url);
    request.setRequestHeader("X-CSRFToken", token());
    request.setRequestHeader("HX-Request", "true");
    const body = new FormData();
    body.set("picture", file);
    request.send(body);
    this.lines.append(line);
  }

  fail(line, file, answer, again) {
    const verb = again ? { text: words.tryAgain, act: again } : { text: words.chooseAnother, act: () => (this.closest("form") ?? this).querySelector("[data-attach]")?.click() };
    const notice = failure(answer.error ?? fill(words.uploadFailed, { name: file.name }), answer.help ?? "", [
      { text: verb.text, act: () => { notice.remove(); verb.act(); } },
      { text: words.close, act: () => notice.remove() },
    ]);
    line.replaceWith(notice);
  }
}
customElements.define("picture-drop", PictureDrop);
