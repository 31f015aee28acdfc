// What the canvases are painted with: the colours of the style sheet, and the patterns that tell permissions without them.

const NAMES = ["text", "muted", "line", "panel", "accent", "mark-pc", "mark-sp", "mark-fault", "map-x", "map-w", "map-r", "map-rwx",
  "map-none", "map-ink", "map-hole", "plot-a", "plot-b"];
const TILE = 8;  // pixels

/** {name: colour} of the present theme. */
export function colours() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

// A tile is drawn by strokes: [from x, from y, to x, to y].
const STROKES = {
  x: [[-2, 10, 10, -2], [-2, 2, 2, -2], [6, 10, 10, 6]],
  w: [[1.5, 2, 3, 2], [5.5, 6, 7, 6]],
  r: [],
  rwx: [[-2, 10, 10, -2], [-2, -2, 10, 10]],
  none: [[0, 8, 8, 0]],
  shared: [[0, 0.5, 8, 0.5], [0, 4.5, 8, 4.5]],
};

/** {kind: pattern} for `context`, in `ink`, as sharp as the screen is. */
export function patterns(context, ink, ratio) {
  return Object.fromEntries(Object.entries(STROKES).map(([kind, strokes]) => {
    const tile = new OffscreenCanvas(TILE * ratio, TILE * ratio);
    const brush = tile.getContext("2d");
    brush.scale(ratio, ratio);
    brush.strokeStyle = ink;
    brush.lineWidth = kind === "w" ? 1.5 : 1;
    for (const [fromX, fromY, toX, toY] of strokes) {
      brush.beginPath();
      brush.moveTo(fromX, fromY);
      brush.lineTo(toX, toY);
      brush.stroke();
    }
    const pattern = context.createPattern(tile, "repeat");
    pattern.setTransform(new DOMMatrix().scale(1 / ratio));
    return [kind, pattern];
  }));
}
