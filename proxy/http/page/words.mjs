// Memory in rows, and which of its words look like pointers.
import { regionAt } from "./regions.mjs";
import { untagged } from "./numbers.mjs";

export const ROW = 16;  // bytes
const WORD = 8;

/** The little-endian word at `index` of `bytes` (null: unreadable); null if not all of it is there. */
export function wordAt(bytes, index) {
  let word = 0n;
  for (let i = WORD - 1; i >= 0; --i) {
    const byte = bytes[index + i];
    if (byte === null || byte === undefined) return null;
    word = (word << 8n) | BigInt(byte);
  }
  return word;
}

/** The region that a word points into; null if it looks like no pointer: it is small, or leads nowhere. */
export function pointsInto(regions, word) {
  if (word === null || word < 0x1000n) return null;
  return regionAt(regions, untagged(word));
}

/** Rows of {address, words: [{index, word, region}], bytes, text}; `memory` is {address (a BigInt), bytes}. */
export function rowsOf(memory, regions) {
  const rows = [];
  for (let at = 0; at < memory.bytes.length; at += ROW) {
    const bytes = memory.bytes.slice(at, at + ROW);
    const words = [0, WORD].filter((offset) => offset < bytes.length).map((offset) => {
      const word = wordAt(bytes, offset);
      return { index: at + offset, word, region: pointsInto(regions, word) };
    });
    rows.push({ address: memory.address + BigInt(at), index: at, bytes, words, text: bytes.map(character).join("") });
  }
  return rows;
}

function character(byte) {
  if (byte === null) return " ";
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·";
}
