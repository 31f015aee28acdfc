// The registers of the selected thread, and which of them changed since the last stop.
import { arrowsGoThrough, byId, empty, make } from "./dom.mjs";
import { changedRegisters } from "./changes.mjs";
import { untagged } from "./numbers.mjs";
import { pointsInto } from "./words.mjs";
import { whereabouts } from "./regions.mjs";

const WORD = 64;  // bits

export class RegistersView {
  #last = new Map();  // the last set of each thread
  #stop = 0;
  #shown = new Map();
  #open;

  constructor(open) {
    this.#open = open;
    arrowsGoThrough(byId("registers"), ".pointer");
  }

  show(set, regions) {
    if (set.stop_id !== this.#stop) {
      for (const [thread, shown] of this.#shown) this.#last.set(thread, shown);
      this.#shown.clear();
      this.#stop = set.stop_id;
    }
    this.#shown.set(set.thread, set);
    const changed = changedRegisters(this.#last.get(set.thread), set);
    const row = (register) => this.#row(register, regions, changed);
    const wide = set.registers.filter((register) => register.bits > WORD);
    const box = byId("registers");
    const opened = box.querySelector("details")?.open ?? false;
    box.replaceChildren(...set.registers.filter((register) => register.bits <= WORD).map(row));
    if (wide.length) box.append(make("details", { open: opened }, make("summary", {}, `${wide.length} vector registers`), ...wide.map(row)));
    byId("registers-sum").textContent = this.#last.has(set.thread) ? `${changed.size} changed since the last stop` : "";
  }

  clear(message) {
    this.#last.clear();
    this.#shown.clear();
    byId("registers-sum").textContent = "";
    byId("registers").replaceChildren(empty(message));
  }

  #row({ name, value, bits }, regions, changed) {
    const word = bits === WORD && value !== null ? BigInt(value) : null;
    const region = pointsInto(regions, word);
    const text = value ?? "not available";
    const shown = region ? make("button", { type: "button", class: "pointer", tabindex: -1, click: () => this.#open(untagged(word)) }, text) : make("span", {}, text);
    return make("div", { class: `register${changed.has(name) ? " changed" : ""}`, "data-name": name, title: changed.has(name) ? `was ${changed.get(name)}` : null },
      make("b", {}, name), shown, make("span", { class: "muted place" }, region ? whereabouts(regions, untagged(word)) : ""));
  }
}
