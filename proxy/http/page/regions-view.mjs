// The memory map as a list.
import { byId, make } from "./dom.mjs";
import { Rows } from "./rows.mjs";
import { address, size } from "./numbers.mjs";

export class RegionsView {
  #rows;
  #regions = [];

  constructor(choose) {
    this.#rows = new Rows(byId("regions"), {
      height: 20,
      key: (region) => region.begin,
      render: (region) => [make("span", { class: "at" }, address(region.begin)),
        make("span", { class: `perm ${region.kind}` }, region.permissions), make("span", { class: "size" }, size(region.size)),
        make("span", { class: "name", title: region.path || region.name || null }, region.name || "anonymous")],
      activate: (region) => choose(region.index),
    });
    byId("regions-filter").addEventListener("input", () => this.#filter());
  }

  show(regions) {
    this.#regions = regions;
    this.#filter();
  }
  choose(index) {
    this.#rows.select((row) => row.index === index);
  }
  clear(message) {
    this.#regions = [];
    this.#rows.set([], message);
  }

  #filter() {
    const text = byId("regions-filter").value.trim().toLowerCase();
    const found = text ? this.#regions.filter((region) => `${region.path} ${region.name} ${region.permissions} ${address(region.begin)}`
      .toLowerCase().includes(text)) : this.#regions;
    this.#rows.set(found, "No region matches.");
  }
}
