import assert from "node:assert/strict";
import test from "node:test";
import { kindOf, lowerBound, permissions, regionAt, regionsOf, runsOf, totals, whereabouts } from "../../proxy/http/page/regions.mjs";

const entry = (Addr, Size, rights, Filename = "", Label = "", more = {}) => ({ Addr, Size, Read: rights[0] === "r",
  Write: rights[1] === "w", Exec: rights[2] === "x", Private: rights[3] !== "s", Filename, Label, Offset: 0, BuildID: "",
  VmFlags: null, Populated: 0, ...more });
const regions = regionsOf([
  entry(0x400000, 0x2000, "r-xp", "/srv/app"),
  entry(0x410000, 0x1000, "rw-p", "/srv/app", "", { Offset: 0x10000, Populated: 4096 }),
  entry(0x411000, 0x1000, "---p"),
  entry(0xaaaa0000, 0x10000, "rw-p", "", "[heap]"),
]);

test("permissions and kinds", () => {
  for (const [rights, kind] of [["r-xp", "x"], ["rw-p", "w"], ["r--s", "r"], ["rwxp", "rwx"], ["---p", "none"], ["--xp", "x"]]) {
    assert.equal(permissions(entry(0, 1, rights)), rights);
    assert.equal(kindOf(entry(0, 1, rights)), kind);
  }
});

test("which region an address is of", () => {
  assert.equal(regionAt(regions, 0x3fffff), null);
  assert.equal(regionAt(regions, 0x400000n).index, 0);
  assert.equal(regionAt(regions, 0x401fffn).index, 0);
  assert.equal(regionAt(regions, 0x402000n), null);
  assert.equal(regionAt(regions, 0x411000).index, 2);
  assert.equal(regionAt(regions, 0xaaab0000n), null);
  assert.equal(lowerBound(regions, 0x402000n), 1);
  assert.equal(lowerBound(regions, 0xffffffffn), 4);
});

test("whereabouts count from the beginning of the file, or of what has none", () => {
  assert.equal(whereabouts(regions, 0x410008n), "app+0x10008");
  assert.equal(whereabouts(regions, 0xaaaa0010n), "[heap]+0x10");
  assert.equal(whereabouts(regions, 0x411001n), "anonymous+0x1");
  assert.equal(whereabouts(regions, 5n), "");
});

test("neighbours of one name, and sums", () => {
  assert.deepEqual(runsOf(regions), [{ name: "app", first: 0, last: 1 }, { name: "[heap]", first: 3, last: 3 }]);
  assert.deepEqual(totals(regions), { mapped: 0x14000, populated: 4096 });
});
