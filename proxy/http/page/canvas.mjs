// A canvas as wide as its place and as sharp as the screen, painted once a frame at most.
import { colours, patterns } from "./colours.mjs";

export class Canvas {
  #element;
  #paint;
  #due = false;
  #look = null;

  /** `paint(context, {width, height, colours, patterns})` whenever something has changed. */
  constructor(element, paint) {
    this.#element = element;
    this.height = Number(element.getAttribute("height"));
    this.#paint = paint;
    this.width = 0;
    element.style.height = `${this.height}px`;
    new ResizeObserver(() => this.#resize()).observe(element);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.restyle());
    document.addEventListener("themechange", () => this.restyle());
    this.#resize();
  }

  /** Paints with the next frame; `painted` is called then. */
  repaint(painted = null) {
    if (painted) this.painted = painted;
    if (this.#due) return;
    this.#due = true;
    requestAnimationFrame(() => {
      this.#due = false;
      this.#now();
    });
  }

  restyle() {
    this.#look = null;
    this.repaint();
  }

  #resize() {
    const width = this.#element.clientWidth;
    const ratio = devicePixelRatio || 1;
    if (width === this.width && ratio === this.ratio) return;
    this.width = width;
    this.ratio = ratio;
    this.#element.width = Math.round(width * ratio);
    this.#element.height = Math.round(this.height * ratio);
    this.#look = null;
    this.resized?.();
    this.#now();
  }

  #now() {
    const context = this.#element.getContext("2d");
    if (!this.#look) {
      const all = colours();
      this.#look = { colours: all, patterns: patterns(context, all["map-ink"], this.ratio) };
    }
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    this.#paint(context, { width: this.width, height: this.height, ...this.#look });
    const painted = this.painted;
    this.painted = null;
    painted?.();
  }
}
