// Instructions with the lines of source that they belong to.
import { baseName } from "./regions.mjs";

/**
 * Rows for people, of {address, text} and, by address, of {function, file, line} and of source text ({file, first,
 * lines}), as far as they are there: {kind: "function", text}, {kind: "source", text, line, file},
 * {kind: "instruction", address, offset, text}.
 */
export function codeRows(instructions, places = [], source = null) {
  const byAddress = new Map(places.map((place) => [place.address, place]));
  const rows = [];
  let last = {};
  for (const { address, text } of instructions) {
    const place = byAddress.get(address) ?? {};
    if (place.function && place.function !== last.function)
      rows.push({ kind: "function", text: place.function });
    if (place.line && (place.line !== last.line || place.file !== last.file))
      rows.push({ kind: "source", file: place.file, line: place.line, name: baseName(place.file), text: lineOf(source, place) });
    rows.push({ kind: "instruction", address, offset: place.function_offset ?? null, text });
    last = place;
  }
  return rows;
}

// The text of that line; null if it isn't known.
function lineOf(source, place) {
  if (!source || source.file !== place.file) return null;
  return source.lines[place.line - source.first] ?? null;
}

/** The address that an instruction names as its last operand: where it branches to, or what it refers to. */
export function operandAddress(text) {
  const found = /(?:^|[\s#,])#?(0x[0-9a-f]{3,16})$/.exec(text);
  return found ? BigInt(found[1]) : null;
}

/** Which instructions are shown around `pc`: {address, count}, within [begin, end) of its region. */
export function windowAround(pc, region, before = 12, count = 48) {
  const step = 4n;
  let address = pc - BigInt(before) * step;
  if (region && address < BigInt(region.begin)) address = BigInt(region.begin);
  address -= address % step;
  let most = count;
  if (region) most = Math.min(count, Math.max(1, Number((BigInt(region.end) - address) / step)));
  return { address, count: most };
}
