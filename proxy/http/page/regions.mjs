// The memory map as the page has it: regions by address, each with what it is drawn and named by.

/** "rwxp" with dashes, as in /proc/PID/maps. */
export function permissions(entry) {
  return (entry.Read ? "r" : "-") + (entry.Write ? "w" : "-") + (entry.Exec ? "x" : "-") + (entry.Private ? "p" : "s");
}

/** What a region is drawn as: one of KINDS. */
export function kindOf(entry) {
  if (entry.Write && entry.Exec) return "rwx";
  if (entry.Exec) return "x";
  if (entry.Write) return "w";
  return entry.Read ? "r" : "none";
}

export const KINDS = [
  { kind: "x", text: "executable" },
  { kind: "w", text: "writable" },
  { kind: "r", text: "read-only" },
  { kind: "rwx", text: "writable and executable" },
  { kind: "none", text: "no access" },
];

/** The last part of a path. */
export function baseName(path) {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The entries of /debug/elf/memmap as regions, which stand in ascending order. */
export function regionsOf(entries) {
  return entries.map((entry, index) => ({
    index,
    begin: entry.Addr,
    end: entry.Addr + entry.Size,
    size: entry.Size,
    permissions: permissions(entry),
    kind: kindOf(entry),
    shared: !entry.Private,
    path: entry.Filename,
    name: entry.Label || (entry.Filename ? baseName(entry.Filename) : ""),
    offset: entry.Offset,
    buildId: entry.BuildID,
    flags: entry.VmFlags,  // null: not known
    populated: entry.Populated,
  }));
}

/** The region that holds `address`, or the next one above; its index, or the number of regions. */
export function lowerBound(regions, address) {
  let low = 0, high = regions.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (regions[middle].end > address) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The region that holds `address` (a BigInt or a Number, maybe tagged by its top byte); null if none does. */
export function regionAt(regions, address) {
  const found = regions[lowerBound(regions, address)];
  return found && found.begin <= address ? found : null;
}

/** What an address is within: "libc.so.6+0x1f40"; empty outside of all regions. */
export function whereabouts(regions, address) {
  const region = regionAt(regions, address);
  if (!region) return "";
  const base = region.path ? region.begin - region.offset : region.begin;
  const name = region.name || "anonymous";
  return `${name}+0x${(BigInt(address) - BigInt(base)).toString(16)}`;
}

/** Neighbours of one name, as [{name, first, last}] by index; what has no name stands in none. */
export function runsOf(regions) {
  const runs = [];
  for (const region of regions) {
    const last = runs[runs.length - 1];
    if (!region.name) continue;
    if (last && last.name === region.name && last.last === region.index - 1) last.last = region.index;
    else runs.push({ name: region.name, first: region.index, last: region.index });
  }
  return runs;
}

/** What the map holds, in words: {mapped, populated} in bytes. */
export function totals(regions) {
  const all = { mapped: 0, populated: 0 };
  for (const region of regions) all.mapped += region.size, all.populated += region.populated;
  return all;
}
