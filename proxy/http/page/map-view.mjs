// The memory map: the picture, what one does with it, and the words below it.
import { byId, make } from "./dom.mjs";
import { Canvas } from "./canvas.mjs";
import { BOTTOM, TOP, paintMap, paintWhole } from "./map-paint.mjs";
import { KINDS, lowerBound, totals } from "./regions.mjs";
import { Scale, stretchesOf } from "./scale.mjs";
import { address, count, hex, size } from "./numbers.mjs";

const ZOOM = 1.6;
const LOOK = 150;  // ms until somebody looks at a region, rather than passes it

export class MapView {
  regions = [];
  marks = [];
  selected = -1;
  hovered = -1;
  scale = new Scale([], 1);
  #stretches = [];
  #whole = new Scale([], 1);
  #message = "";

  /** `open(address)` shows memory; `chosen(region)` follows the selection; `flagsOf(region)` gives its VmFlags, later. */
  constructor({ open, chosen, flagsOf }) {
    this.open = open;
    this.flagsOf = flagsOf;
    this.chosen = chosen;
    this.element = byId("map-picture");
    this.picture = new Canvas(this.element, (context, look) => paintMap(context, look, this));
    this.strip = new Canvas(byId("map-whole"), (context, look) => paintWhole(context, look, this, this.#whole));
    this.picture.resized = () => this.#rescale();
    this.#listen();
    byId("legend").replaceChildren(...legend());
    this.#tell();
  }

  /** Another map; `painted` is called once it is on the screen. */
  show(regions, painted) {
    const kept = this.regions[this.selected]?.begin;
    this.regions = regions;
    this.#stretches = stretchesOf(regions);
    const index = kept === undefined ? -1 : lowerBound(regions, kept);
    this.selected = regions[index]?.begin === kept ? index : -1;
    this.hovered = -1;
    this.#message = "";
    this.#rescale(painted);
    const { mapped, populated } = totals(regions);
    byId("map-sum").textContent = regions.length
      ? `${count(regions.length)} regions, ${size(mapped)}; ${size(populated)} of it on this host` : "";
    this.#tell();
  }

  clear(message) {
    this.show([]);
    this.marks = [];
    this.#message = message;
    this.#tell();
  }

  /** [{text, kind: pc, sp or fault, address (a BigInt)}] */
  mark(marks) {
    this.marks = marks;
    this.#repaint();
  }

  select(index, reveal = true) {
    const region = this.regions[index];
    if (!region) return;
    this.selected = index;
    if (reveal) this.scale = this.scale.revealing(region.begin, region.end);
    this.#repaint();
    this.#tell();
    this.chosen(region);
  }

  #rescale(painted) {
    this.scale = this.scale.on(this.#stretches, this.picture.width);
    this.#whole = new Scale(this.#stretches, this.picture.width);
    this.#repaint(painted);
  }

  #repaint(painted) {
    this.picture.repaint(painted);
    this.strip.repaint();
  }

  #zoomTo(scale) {
    this.scale = scale;
    this.#repaint();
  }

  // Enter: nearer; and once it is near, its memory.
  #enter() {
    const region = this.regions[this.selected];
    if (!region) return;
    const nearer = this.scale.showing(region.begin, region.end);
    if (nearer.pixelsPerByte > this.scale.pixelsPerByte * 1.01) this.#zoomTo(nearer);
    else this.open(BigInt(region.begin));
  }

  #zoom(factor) {
    const region = this.regions[this.selected];
    const x = region ? this.scale.x((region.begin + region.end) / 2) : -1;
    this.#zoomTo(this.scale.zoomed(factor, x >= 0 && x <= this.scale.width ? x : this.scale.width / 2));
  }

  #key(event) {
    const { selected, regions } = this;
    const first = lowerBound(regions, this.scale.addressAt(0));
    const actions = {
      ArrowRight: () => this.select(selected < 0 ? first : Math.min(selected + 1, regions.length - 1)),
      ArrowLeft: () => this.select(selected < 0 ? first : Math.max(selected - 1, 0)),
      Home: () => this.select(0),
      End: () => this.select(regions.length - 1),
      "+": () => this.#zoom(ZOOM),
      "=": () => this.#zoom(ZOOM),
      "-": () => this.#zoom(1 / ZOOM),
      0: () => this.#zoomTo(new Scale(this.#stretches, this.picture.width)),
      Escape: () => this.#zoomTo(new Scale(this.#stretches, this.picture.width)),
      Enter: () => this.#enter(),
    };
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.key in actions)) return;
    actions[event.key]();
    event.preventDefault();
  }

  // The region under the pointer, or the nearest within two pixels; -1 if there is none.
  #under(event) {
    if (event.offsetY < TOP - 8 || event.offsetY > BOTTOM + 8) return -1;
    const index = lowerBound(this.regions, this.scale.addressAt(event.offsetX - 1));
    const region = this.regions[index];
    return region && this.scale.x(region.begin) <= event.offsetX + 2 ? index : -1;
  }

  #listen() {
    const { element } = this;
    element.addEventListener("keydown", (event) => this.#key(event));
    element.addEventListener("pointermove", (event) => {
      if (event.buttons & 1 && event.movementX) return this.#zoomTo(this.scale.scrolledBy(-event.movementX));
      const under = this.#under(event);
      if (under === this.hovered) return;
      this.hovered = under;
      this.picture.repaint();
      this.#tell();
    });
    element.addEventListener("pointerleave", () => {
      this.hovered = -1;
      this.picture.repaint();
      this.#tell();
    });
    element.addEventListener("click", (event) => this.select(this.#under(event), false));
    element.addEventListener("dblclick", () => this.#enter());
    element.addEventListener("wheel", (event) => {
      if (event.ctrlKey) this.#zoomTo(this.scale.zoomed(Math.exp(-event.deltaY / 200), event.offsetX));
      else if (event.deltaX || event.shiftKey) this.#zoomTo(this.scale.scrolledBy(event.deltaX || event.deltaY));
      else return;
      event.preventDefault();
    }, { passive: false });
    byId("map-whole").addEventListener("pointerdown", (event) => {
      const at = this.scale.x(this.#whole.addressAt(event.offsetX));
      this.#zoomTo(this.scale.scrolledBy(at - this.scale.width / 2));
    });
    byId("zoom-in").addEventListener("click", () => this.#zoom(ZOOM));
    byId("zoom-out").addEventListener("click", () => this.#zoom(1 / ZOOM));
    byId("zoom-all").addEventListener("click", () => this.#zoomTo(new Scale(this.#stretches, this.picture.width)));
  }

  #tell() {
    const region = this.regions[this.hovered] ?? this.regions[this.selected];
    byId("map-details").replaceChildren(...(region ? details(region) : [this.#message || (this.regions.length
      ? "Point at a region, or go there with the arrow keys. + and − zoom, Enter zooms in and then shows the memory, 0 shows all."
      : "")]));
    if (region && region.flags === null) this.#askFlags(region);
  }

  #askFlags(region) {
    clearTimeout(this.#asking);
    this.#asking = setTimeout(async () => {
      region.flags = await this.flagsOf(region) ?? "";
      if (this.regions.includes(region)) this.#tell();
    }, LOOK);
  }
  #asking;
}

function details(region) {
  const facts = [region.offset ? `file offset ${hex(region.offset)}` : "",
    region.populated ? `${size(region.populated)} on this host` : "nothing of it on this host yet",
    region.flags ? `flags ${region.flags}` : "", region.buildId ? `build-id ${region.buildId}` : ""];
  return [
    make("b", {}, region.path || region.name || "anonymous memory"), " ",
    make("span", { class: "mono" }, `${address(region.begin)}–${address(region.end)}`),
    ` ${size(region.size)} `, make("code", {}, region.permissions), ` ${facts.filter(Boolean).join(" · ")}`,
  ];
}

function legend() {
  const entries = KINDS.map(({ kind, text }) => make("li", {}, make("i", { class: `swatch ${kind}`, "aria-hidden": "true" }), text));
  entries.push(make("li", {}, make("i", { class: "swatch shared", "aria-hidden": "true" }), "shared"),
    make("li", {}, make("i", { class: "swatch level", "aria-hidden": "true" }), "filled: on this host"),
    make("li", {}, make("i", { class: "swatch hole", "aria-hidden": "true" }), "hole, not to scale"));
  return entries;
}
