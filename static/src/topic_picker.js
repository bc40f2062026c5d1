// <topic-picker> around a <select>: type a few letters of a topic instead of scrolling through the tree.
// Without script the select stays what it is. The pattern is the editable combobox with list autocomplete of the ARIA guide.
import { element, words } from "./core.js";

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
let count = 0;

class TopicPicker extends HTMLElement {
  connectedCallback() {
    this.select = this.querySelector("select");
    if (!this.select || this.input) return;
    const list = `topic-list-${++count}`;
    this.input = element("input", {
      type: "text", class: this.select.className, id: this.select.id, role: "combobox", autocomplete: "off",
      "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": list, spellcheck: "false",
    });
    this.list = element("ul", { id: list, role: "listbox", class: "sheetlet picks", hidden: "" });
    const label = this.closest(".field")?.querySelector("label");
    if (label) this.list.setAttribute("aria-label", label.textContent.trim());
    for (const name of ["aria-describedby", "aria-label", "aria-invalid"])
      if (this.select.hasAttribute(name)) this.input.setAttribute(name, this.select.getAttribute(name));
    this.select.id = `${this.select.id}-select`;
    this.select.hidden = true;
    this.append(this.input, this.list);
    this.show();
    this.input.addEventListener("focus", () => this.input.select());
    this.input.addEventListener("click", () => this.open(""));
    this.input.addEventListener("input", () => this.open(this.input.value));
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    // Before the blur, or the list is gone when the click arrives.
    this.list.addEventListener("pointerdown", (event) => {
      const row = event.target.closest("[role=option]");
      event.preventDefault();
      if (row) this.choose(row);
    });
  }

  show() {
    this.input.value = this.select.selectedOptions[0]?.textContent.trim() ?? "";
  }

  open(typed) {
    const needles = fold(typed).split(/\s+/).filter(Boolean);
    const found = [...this.select.options].filter((option) => {
      const hay = fold(option.textContent);
      return needles.every((needle) => hay.includes(needle));
    });
    this.list.replaceChildren(
      ...found.map((option) =>
        element("li", {
          role: "option", id: `${this.list.id}-${option.index}`, "data-index": String(option.index),
          "aria-selected": String(option.selected),
        }, option.textContent.trim()),
      ),
    );
    if (!found.length) this.list.append(element("li", { class: "soft", role: "option", "aria-disabled": "true", "aria-selected": "false" }, words.noTopic));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark(typed && found.length ? this.list.firstElementChild : this.list.querySelector("[aria-selected=true]"));
  }

  mark(row) {
    this.list.querySelector(".on")?.classList.remove("on");
    this.current = row?.dataset.index ? row : null;
    if (!this.current) return this.input.removeAttribute("aria-activedescendant");
    row.classList.add("on");
    row.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", row.id);
  }

  choose(row) {
    if (!row?.dataset.index) return;
    this.select.selectedIndex = Number(row.dataset.index);
    this.select.dispatchEvent(new Event("change", { bubbles: true }));
    this.close();
  }

  close() {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.show();
  }

  key(event) {
    const isOpen = !this.list.hidden;
    const rows = [...this.list.querySelectorAll("[data-index]")];
    const at = rows.indexOf(this.current);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) return this.open("");
      this.mark(rows[(at + (event.key === "ArrowDown" ? 1 : rows.length - 1 + (at < 0 ? 1 : 0))) % rows.length]);
    } else if (event.key === "Enter" && isOpen) {
      event.preventDefault();
      this.choose(this.current);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }
}

customElements.define("topic-picker", TopicPicker);
