// Memory in hexadecimal. Words that point somewhere are buttons that lead there.
import { Refusal } from "./api.mjs";
import { arrowsGoThrough, byId, empty, make } from "./dom.mjs";
import { changedBytes } from "./changes.mjs";
import { Trail } from "./trail.mjs";
import { address as addressText, hex, parseAddress, untagged } from "./numbers.mjs";
import { regionAt, whereabouts } from "./regions.mjs";
import { ROW, rowsOf } from "./words.mjs";

const LENGTH = 512n;

export class MemoryView {
  #api;
  #trail = new Trail();
  #regions = [];
  #sp = null;
  #last = null;
  #abort = null;

  constructor(api) {
    this.#api = api;
    byId("memory-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const wanted = parseAddress(byId("memory-address").value);
      if (wanted === null) byId("memory-address").setAttribute("aria-invalid", "true");
      else this.goTo(wanted);
    });
    byId("memory-address").addEventListener("input", (event) => event.target.removeAttribute("aria-invalid"));
    arrowsGoThrough(byId("memory"), ".pointer");
    byId("memory-back").addEventListener("click", () => (this.#trail.back(), this.#show()));
    byId("memory-forward").addEventListener("click", () => (this.#trail.forward(), this.#show()));
  }

  goTo(address) {
    if (this.#trail.here === null && this.#sp !== null) this.#trail.goTo(this.#sp);
    this.#trail.goTo(untagged(address));
    return this.#show();
  }

  /** Another stop: memory at sp, or where one has gone. */
  stop(sp, regions) {
    this.#regions = regions;
    this.#sp = sp;
    return this.#show();
  }

  clear(message) {
    this.#abort?.abort();
    this.#trail.clear();
    this.#regions = [];
    this.#sp = this.#last = null;
    this.#tell("");
    byId("memory-address").value = "";
    byId("memory").replaceChildren(empty(message));
  }

  #tell(place) {
    byId("memory-place").textContent = place;
    byId("memory-back").disabled = !this.#trail.canGoBack;
    byId("memory-forward").disabled = !this.#trail.canGoForward;
  }

  async #show() {
    const wanted = this.#trail.here ?? this.#sp;
    if (wanted === null) return;
    this.#abort?.abort();
    const { signal } = (this.#abort = new AbortController());
    byId("memory-address").value = hex(wanted);
    this.#tell(whereabouts(this.#regions, wanted));
    try {
      const begin = wanted - (wanted % BigInt(ROW));
      const now = { address: begin, bytes: await this.#read(begin, signal) };
      this.#paint(now, Number(wanted - begin));
      this.#last = now;
    } catch (error) {
      if (signal.aborted) return;  // something else is shown
      if (!(error instanceof Refusal)) throw error;
      byId("memory").replaceChildren(empty(error.message));
    }
  }

  // Up to the end of the region, or to what can't be read.
  async #read(begin, signal) {
    const region = regionAt(this.#regions, begin);
    const rest = region ? BigInt(region.end) - begin : LENGTH;
    const most = rest < LENGTH ? rest : LENGTH;
    const ask = (length) => this.#api.bytes(`/debug/memory?addr=${hex(begin)}&length=${length}`, signal);
    try {
      return [...await ask(most)];
    } catch (error) {
      if (!(error instanceof Refusal) || error.begin === null || error.begin <= begin) throw error;
      return [...await ask(error.begin - begin)];
    }
  }

  #paint(memory, target) {
    const changed = changedBytes(this.#last, memory);
    const focused = document.activeElement?.closest("#memory") !== null && document.activeElement !== document.body;
    byId("memory").replaceChildren(...rowsOf(memory, this.#regions).map((row) => make("div", { class: "hex" },
      make("span", { class: "at muted" }, addressText(row.address)), ...row.words.map((word) => this.#word(word, row, changed, target)),
      make("span", { class: "ascii" }, row.text))));
    if (focused) byId("memory").focus();
    byId("memory").scrollTop = 0;
  }

  #word({ index, word, region }, row, changed, target) {
    const begin = index - row.index;
    const bytes = row.bytes.slice(begin, begin + 8).map((byte, i) =>
      make("span", { class: changed.has(index + i) ? "changed" : index + i === target ? "target" : null }, byte.toString(16).padStart(2, "0")));
    if (!region) return make("span", { class: "word" }, ...bytes);
    const to = untagged(word);
    return make("button", { type: "button", class: "word pointer", tabindex: -1, title: `→ ${hex(to)} ${whereabouts(this.#regions, to)}`, click: () => this.goTo(to) }, ...bytes);
  }
}
