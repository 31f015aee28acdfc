// The link over time.
import { byId, make } from "./dom.mjs";
import { Canvas } from "./canvas.mjs";
import { LinkSamples, linesOf } from "./samples.mjs";
import { duration, size } from "./numbers.mjs";

const PLOTS = [
  { name: "Round trip", series: [["rtt", "plot-a"]], text: (top) => duration(top) },
  { name: "Bytes a second (sent: dashed)", series: [["received", "plot-a"], ["sent", "plot-b", [4, 3]]], text: (top) => `${size(Math.round(top))}/s` },
  { name: "Questions answered from here", series: [["saved", "plot-a"]], text: (top) => `${Math.round(top * 100)} %` },
];
const HEIGHT = 64, TOP = 6;

export class LinkView {
  #samples = new LinkSamples();
  #plots;

  constructor() {
    this.#plots = PLOTS.map((plot) => {
      const canvas = make("canvas", { height: HEIGHT, role: "img", "aria-label": plot.name });
      const figure = make("figure", {}, make("figcaption", {}, plot.name, make("span", { class: "muted mono" })), canvas);
      document.querySelector(".plots").append(figure);
      const caption = figure.querySelector("figcaption span");
      return { caption, canvas: new Canvas(canvas, (context, look) => this.#paint(context, look, plot, caption)) };
    });
  }

  add(link, seconds) {
    this.#samples.add(link, seconds);
    byId("link-sum").textContent = `${link.far_on_target ? "far helper on the target" : "no helper on the target"} · ${size(link.received.bytes)} received, ${size(link.sent.bytes)} sent`;
    for (const { canvas } of this.#plots) canvas.repaint();
  }

  clear() {
    this.#samples.clear();
    byId("link-sum").textContent = "";
    for (const { canvas } of this.#plots) canvas.repaint();
  }

  #paint(context, look, { series, text }, caption) {
    const all = series.map(([key]) => this.#samples.list.map((sample) => sample[key]));
    const top = Math.max(...all.flat().filter((value) => value !== null), 0);
    const height = look.height - TOP - 1;
    context.strokeStyle = look.colours.line;
    for (const y of [0.5, look.height - 0.5]) line(context, [{ x: 0, y }, { x: look.width, y }]);
    caption.textContent = all[0].some((value) => value !== null) ? ` up to ${text(top)}` : " nothing yet";
    series.forEach(([, colour, dash = []], i) => {
      context.strokeStyle = look.colours[colour];
      context.lineWidth = 1.5;
      context.setLineDash(dash);
      const { lines, top: own } = linesOf(all[i], look.width, height);
      const y = (point) => TOP + height - ((height - point.y) * own) / (top || 1);
      for (const points of lines) line(context, points.length > 1 ? points.map((point) => ({ x: point.x, y: y(point) }))
        : [{ x: points[0].x - 2, y: y(points[0]) }, { x: points[0].x, y: y(points[0]) }]);
      context.setLineDash([]);
      context.lineWidth = 1;
    });
  }
}

function line(context, points) {
  context.beginPath();
  for (const { x, y } of points) context.lineTo(x, y);
  context.stroke();
}
