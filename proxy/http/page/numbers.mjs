// Numbers as people read them. Addresses are BigInts where they come from registers and memory, and Numbers on the
// map: what is aligned to pages is exact in either.

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

/** "0x…", with at least `digits` digits. */
export function hex(number, digits = 1) {
  return "0x" + BigInt(number).toString(16).padStart(digits, "0");
}

/** An address of as many digits as addresses of user space have. */
export function address(number) {
  return hex(number, 12);
}

/** "132 KiB", "1.7 MiB": whole where it is whole, else three digits at most. */
export function size(bytes) {
  let value = Number(bytes), unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) value /= 1024, ++unit;
  const text = Number.isInteger(value) ? String(value) : value >= 100 ? value.toFixed(0) : value.toFixed(1);
  return `${text} ${UNITS[unit]}`;
}

/** Hexadecimal, with or without 0x; null for anything else and for what doesn't fit into 64 bits. */
export function parseAddress(text) {
  const digits = text.trim().replace(/^0x/i, "").replace(/[_`']/g, "");
  return /^[0-9a-f]{1,16}$/i.test(digits) ? BigInt("0x" + digits) : null;
}

/** Without the tag in the top byte, which ARM64 ignores, as rspbridge's own answers have it. */
export function untagged(number) {
  const value = BigInt(number) & ((1n << 56n) - 1n);
  return (value >> 55n) & 1n ? value | (0xffn << 56n) : value;
}

/** "1,234" */
export function count(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** "850 µs", "12.3 ms" */
export function duration(microseconds) {
  if (microseconds < 1000) return `${Math.round(microseconds)} µs`;
  const ms = microseconds / 1000;
  return ms < 1000 ? `${ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)} ms` : `${(ms / 1000).toFixed(2)} s`;
}
