// Disassembly around an address, with function, line and source.
import { Refusal } from "./api.mjs";
import { byId, make } from "./dom.mjs";
import { Rows } from "./rows.mjs";
import { codeRows, operandAddress, windowAround } from "./code.mjs";
import { regionAt, whereabouts } from "./regions.mjs";
import { hex } from "./numbers.mjs";

export class CodeView {
  #api;
  #rows;
  #pc = "";

  constructor(api, open) {
    this.#api = api;
    this.#rows = new Rows(byId("code"), {
      height: 20,
      kind: (row) => row.kind + (row.kind === "instruction" && row.address === this.#pc ? " current" : ""),
      render: (row) => RENDER[row.kind](row, this.#pc),
      activate: (row) => {
        const address = row.kind === "instruction" ? operandAddress(row.text) : null;
        if (address !== null) open(address);
      },
    });
  }

  async show(pc, regions, signal) {
    const region = regionAt(regions, pc);
    this.#pc = hex(pc);
    if (!region || region.permissions[2] !== "x") return this.clear(`${hex(pc)} is no code.`);
    const { address, count } = windowAround(pc, region);
    const where = `addr=${hex(address)}&count=${count}`;
    const [instructions, lines, source] = await Promise.all([
      this.#api.json(`/debug/disassemble?${where}`, signal),
      this.#known(`/debug/lines?${where}`, signal),
      this.#known(`/debug/source?addr=${hex(pc)}&context=100`, signal)]);
    const places = lines?.lines ?? [];
    const here = places.find((place) => place.address === this.#pc);
    byId("code-place").textContent = here?.file ? `${here.file}:${here.line}` : whereabouts(regions, pc);
    byId("code-place").title = source ? "" : "This machine has no such file; the lines are named only.";
    this.#rows.set(codeRows(instructions.instructions, places, source).map((row) => ({ ...row, key: row.address })));
    this.#rows.select((row) => row.address === this.#pc);
  }

  clear(message) {
    byId("code-place").textContent = "";
    this.#rows.set([], message);
  }

  // What makes the picture richer, and may be missing.
  async #known(path, signal) {
    try {
      return await this.#api.json(path, signal);
    } catch (error) {
      if (error instanceof Refusal) return null;
      throw error;
    }
  }
}

const RENDER = {
  function: ({ text }) => [make("b", {}, text)],
  source: ({ name, line, text }) => [make("span", { class: "line" }, text === null ? `${name}:${line}` : String(line)), make("span", { class: "text" }, text ?? "")],
  instruction: ({ address, offset, text }, pc) => [make("span", { class: "arrow", "aria-label": address === pc ? "pc" : null }, address === pc ? "▶" : ""),
    make("span", { class: "at muted", title: address }, offset === null ? address : `+${parseInt(offset, 16)}`), make("span", { class: "text" }, text.replace("\t", " "))],
};
