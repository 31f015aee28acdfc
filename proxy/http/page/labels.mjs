// Where words go on a line so that none covers another.

/**
 * Places labels in rows. `wanted` is [{x, width, …}] with `x` as the wished middle, the most important first. Gives those
 * that found a place, each with `left` and `row`, in the order of `wanted`.
 */
export function placeLabels(wanted, rows, width, space = 8) {
  const taken = Array.from({ length: rows }, () => []);
  const placed = [];
  for (const label of wanted) {
    if (label.width > width) continue;
    const left = Math.min(Math.max(0, label.x - label.width / 2), width - label.width);
    const row = taken.findIndex((spans) =>
      spans.every((span) => left >= span.right + space || left + label.width + space <= span.left));
    if (row < 0) continue;
    taken[row].push({ left, right: left + label.width });
    placed.push({ ...label, left, row });
  }
  return placed;
}
