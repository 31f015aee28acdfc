// What is another than at the last stop.

/** Of two lists of registers ([{name, value}]) of one thread: {name: earlier value} of those that differ. */
export function changedRegisters(before, now) {
  if (!before || before.thread !== now.thread) return new Map();
  const earlier = new Map(before.registers.map((register) => [register.name, register.value]));
  return new Map(now.registers.filter(({ name, value }) => earlier.has(name) && earlier.get(name) !== value)
    .map(({ name }) => [name, earlier.get(name)]));
}

/** The indexes of bytes that differ, of two pieces of memory at one address. Unreadable bytes are null. */
export function changedBytes(before, now) {
  const changed = new Set();
  if (!before || before.address !== now.address) return changed;
  now.bytes.forEach((byte, i) => {
    if (i < before.bytes.length && before.bytes[i] !== byte) changed.add(i);
  });
  return changed;
}
