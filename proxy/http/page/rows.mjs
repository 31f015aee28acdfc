// A list of any length of which only what is in view is in the document. Up, down, page keys, Home, End and Enter.
import { make } from "./dom.mjs";
import { rowsInView, scrollFor } from "./virtual.mjs";

let lists = 0;

export class Rows {
  #box;
  #all = make("div", { class: "rows-all" });
  #options;
  #rows = [];
  #shown = new Map();
  #active = -1;
  #id = `rows${++lists}`;

  /** `options`: height (pixels of a row), render(row): a list of nodes, kind(row): a class, activate(row), key(row): by default its `key`. */
  constructor(box, options) {
    this.#box = box;
    this.#options = { key: (row) => row.key, ...options };
    box.tabIndex = 0;
    box.setAttribute("role", "listbox");
    box.replaceChildren(this.#all);
    box.addEventListener("scroll", () => this.#paint(), { passive: true });
    box.addEventListener("keydown", (event) => this.#key(event));
    box.addEventListener("click", (event) => this.#click(event));
    new ResizeObserver(() => this.#paint()).observe(box);
  }

  get rows() {
    return this.#rows;
  }
  get active() {
    return this.#rows[this.#active] ?? null;
  }

  /** Shows these instead, or `message` if there are none. The active row stays by its key. */
  set(rows, message = "") {
    const { key } = this.#options;
    const kept = this.active && key(this.active);
    this.#rows = rows;
    this.#active = kept === null || kept === undefined ? -1 : rows.findIndex((row) => key(row) === kept);
    this.#shown.clear();
    this.#all.style.height = `${rows.length * this.#options.height}px`;
    this.#all.replaceChildren();
    if (!rows.length && message) this.#all.replaceChildren(make("p", { class: "empty" }, message));
    this.#paint();
  }

  /** Makes the first row that `matches` active, and scrolls to it; in the middle where it was out of view. */
  select(matches) {
    const index = this.#rows.findIndex(matches);
    if (index >= 0) this.#activate(index, true);
  }

  #paint() {
    const { height } = this.#options;
    const { first, last } = rowsInView(this.#rows.length, height, this.#box.scrollTop, this.#box.clientHeight);
    for (const [index, element] of this.#shown)
      if (index < first || index >= last) element.remove(), this.#shown.delete(index);
    const fresh = [];
    for (let index = first; index < last; ++index)
      if (!this.#shown.has(index)) fresh.push(this.#element(index));
    this.#all.append(...fresh);
  }

  #element(index) {
    const row = this.#rows[index];
    const element = make("div", { class: `row ${this.#options.kind?.(row) ?? ""}`, role: "option", id: `${this.#id}-${index}`,
      "aria-posinset": index + 1, "aria-setsize": this.#rows.length, "aria-selected": index === this.#active ? "true" : "false" },
    ...this.#options.render(row));
    element.dataset.index = index;
    element.style.top = `${index * this.#options.height}px`;
    this.#shown.set(index, element);
    return element;
  }

  #activate(index, centred = false) {
    this.#shown.get(this.#active)?.setAttribute("aria-selected", "false");
    this.#active = index;
    const { height } = this.#options;
    const box = this.#box;
    const top = scrollFor(index, height, box.scrollTop, box.clientHeight);
    if (top !== box.scrollTop) box.scrollTop = centred ? index * height - box.clientHeight / 3 : top;
    this.#paint();
    this.#shown.get(index)?.setAttribute("aria-selected", "true");
    box.setAttribute("aria-activedescendant", `${this.#id}-${index}`);
  }

  #key(event) {
    const page = Math.max(1, Math.floor(this.#box.clientHeight / this.#options.height) - 1);
    const steps = { ArrowUp: -1, ArrowDown: 1, PageUp: -page, PageDown: page, Home: -this.#rows.length, End: this.#rows.length };
    if (event.target !== this.#box || !this.#rows.length || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key in steps) {
      this.#activate(Math.min(Math.max(0, this.#active + steps[event.key]), this.#rows.length - 1));
      event.preventDefault();
    } else if ((event.key === "Enter" || event.key === " ") && this.active) {
      this.#options.activate?.(this.active);
      event.preventDefault();
    }
  }

  #click(event) {
    const element = event.target.closest(".row");
    if (!element || event.target.closest("button")) return;
    this.#activate(Number(element.dataset.index));
    this.#options.activate?.(this.active);
  }
}
