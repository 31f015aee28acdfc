// Figures over time, of which the last ones are kept.

const MOST = 240;

/** Made of one answer of /debug/link after another. */
export class LinkSamples {
  list = [];  // {rtt (µs or null), sent, received (bytes a second), saved (a share, or null)}
  #last = null;

  /** `seconds` is when `link` was told. */
  add(link, seconds) {
    const questions = link.questions;
    const now = { seconds, sent: link.sent.bytes, received: link.received.bytes,
      saved: questions.answered + questions.awaited, all: questions.answered + questions.awaited + questions.asked };
    const last = this.#last;
    this.#last = now;
    if (!last || now.sent < last.sent || seconds <= last.seconds) return;
    const passed = seconds - last.seconds;
    const asked = now.all - last.all;
    this.list.push({ rtt: link.rtt_us, sent: (now.sent - last.sent) / passed,
      received: (now.received - last.received) / passed, saved: asked ? (now.saved - last.saved) / asked : null });
    if (this.list.length > MOST) this.list.shift();
  }

  clear() {
    this.list = [];
    this.#last = null;
  }
}

/** Points {x, y} of a line through `values` in a box, the newest at its right; null values are gaps: a list of lines. */
export function linesOf(values, width, height, most = 120) {
  const shown = values.slice(-most);
  const top = Math.max(...shown.filter((value) => value !== null), 0) || 1;
  const lines = [];
  let line = null;
  shown.forEach((value, i) => {
    if (value === null) return void (line = null);
    if (!line) lines.push((line = []));
    line.push({ x: width - ((shown.length - 1 - i) * width) / (most - 1), y: height - (value / top) * height });
  });
  return { lines, top };
}
