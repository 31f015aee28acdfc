// Where an address stands on a line, in pixels. Regions and the small holes between them are to scale; each of the large
// holes has the same few pixels, however large it is and however far one zooms, and is drawn as a break.

const SMALL_HOLES = 0.25;  // of the mapped bytes, that may stand empty in a picture
const MOST_IN_BREAKS = 0.25;  // of the width
const BREAK = 22;  // pixels

/** The stretches between breaks: [{begin, end, before, number}], `before` being the bytes of those below. */
export function stretchesOf(regions) {
  if (!regions.length) return [];
  const holes = [];
  let mapped = 0;
  regions.forEach((region, i) => {
    mapped += region.size;
    if (i > 0 && region.begin > regions[i - 1].end) holes.push(region.begin - regions[i - 1].end);
  });
  const limit = largestSmall(holes, mapped * SMALL_HOLES);
  const stretches = [{ begin: regions[0].begin, end: regions[0].end, before: 0, number: 0 }];
  for (const region of regions.slice(1)) {
    const last = stretches[stretches.length - 1];
    if (region.begin - last.end <= limit) last.end = region.end;
    else
      stretches.push({ begin: region.begin, end: region.end, before: last.before + last.end - last.begin,
        number: stretches.length });
  }
  return stretches;
}

// The size up to which holes are drawn, so that they have no more than `most` bytes together.
function largestSmall(holes, most) {
  let sum = 0;
  holes.sort((a, b) => a - b);
  const over = holes.findIndex((hole) => (sum += hole) > most);
  if (over < 0) return holes.at(-1) ?? 0;
  return holes.findLast((hole) => hole < holes[over]) ?? 0;  // of holes of one size all are drawn, or none
}

/** One view of the stretches: `width` pixels of a line that is zoomed and scrolled. Immutable. */
export class Scale {
  constructor(stretches, width, pixelsPerByte = 0, scroll = 0) {
    this.stretches = stretches;
    this.width = Math.max(1, width);
    const last = stretches[stretches.length - 1];
    this.bytes = last ? last.before + last.end - last.begin : 0;
    const breaks = Math.max(0, stretches.length - 1);
    this.gap = breaks ? Math.min(BREAK, (this.width * MOST_IN_BREAKS) / breaks) : 0;
    this.fitted = this.bytes ? (this.width - this.gap * breaks) / this.bytes : 1;
    this.closest = Math.max(this.fitted, 1 / 16);  // a page is 256 pixels
    this.pixelsPerByte = Math.min(Math.max(pixelsPerByte, this.fitted), this.closest);
    this.length = this.bytes * this.pixelsPerByte + this.gap * breaks;
    this.scroll = Math.min(Math.max(0, scroll), Math.max(0, this.length - this.width));
  }

  get isWhole() {
    return this.pixelsPerByte <= this.fitted;
  }

  // Where a stretch begins, before scrolling.
  start(stretch) {
    return stretch.before * this.pixelsPerByte + stretch.number * this.gap;
  }

  /** Pixels from the left edge; may lie outside of [0, width]. An address in a break stands in its middle. */
  x(address) {
    const stretch = this.below(address);
    if (!stretch) return -this.scroll;
    const over = address - stretch.end;
    const at = Math.min(Number(address), stretch.end) - stretch.begin;
    return this.start(stretch) + at * this.pixelsPerByte + (over > 0 ? this.gap / 2 : 0) - this.scroll;
  }

  // The last stretch that begins at or below `address`.
  below(address) {
    let low = 0, high = this.stretches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.stretches[middle].begin <= address) low = middle + 1;
      else high = middle;
    }
    return this.stretches[low - 1];
  }

  /** The address at a pixel; in a break that of the end below it. */
  addressAt(x) {
    const at = x + this.scroll;
    let low = 0, high = this.stretches.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.start(this.stretches[middle]) <= at) low = middle + 1;
      else high = middle;
    }
    const stretch = this.stretches[Math.max(0, low - 1)];
    if (!stretch) return 0;
    const offset = (at - this.start(stretch)) / this.pixelsPerByte;
    return stretch.begin + Math.min(Math.max(0, offset), stretch.end - stretch.begin);
  }

  /** Zoomed by `factor`; what is at pixel `x` stays there. */
  zoomed(factor, x = this.width / 2) {
    const address = this.addressAt(x);
    const next = new Scale(this.stretches, this.width, this.pixelsPerByte * factor, 0);
    return next.scrolledTo(next.x(address) - x);
  }

  /** The same zoom, `scroll` pixels from the beginning. */
  scrolledTo(scroll) {
    return new Scale(this.stretches, this.width, this.pixelsPerByte, scroll);
  }

  scrolledBy(pixels) {
    return this.scrolledTo(this.scroll + pixels);
  }

  /** [begin, end) fills `share` of the width, in its middle. */
  showing(begin, end, share = 0.6) {
    const next = new Scale(this.stretches, this.width, (this.width * share) / Math.max(1, end - begin), 0);
    return next.scrolledTo((next.x(begin) + next.x(end)) / 2 - this.width / 2);
  }

  /** Scrolled no further than needed to have `address` in view, `margin` pixels from the edges. */
  revealing(begin, end, margin = 40) {
    const left = this.x(begin), right = this.x(end);
    if (right - left > this.width - 2 * margin || left < margin) return this.scrolledBy(left - margin);
    return right > this.width - margin ? this.scrolledBy(right - this.width + margin) : this;
  }

  /** The same zoom and place on another map or width. */
  on(stretches, width) {
    if (this.isWhole) return new Scale(stretches, width);
    const address = this.addressAt(0);
    const next = new Scale(stretches, width, this.pixelsPerByte, 0);
    return next.scrolledTo(next.x(address));
  }

  /** The holes in view that are drawn as breaks: [{x, width, begin, end}]. */
  breaks() {
    const found = [];
    for (let i = 1; i < this.stretches.length; ++i) {
      const x = this.start(this.stretches[i]) - this.gap - this.scroll;
      if (x > this.width) break;
      if (x + this.gap >= 0)
        found.push({ x, width: this.gap, begin: this.stretches[i - 1].end, end: this.stretches[i].begin });
    }
    return found;
  }
}
