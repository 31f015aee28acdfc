import assert from "node:assert/strict";
import test from "node:test";
import { changedBytes, changedRegisters } from "../../proxy/http/page/changes.mjs";
import { pointsInto, rowsOf, wordAt } from "../../proxy/http/page/words.mjs";

const regions = [{ begin: 0x400000, end: 0x402000 }, { begin: 0xffff80000000, end: 0xffff80001000 }];

test("words, and which look like pointers", () => {
  assert.equal(wordAt([1, 2, 0, 0, 0, 0, 0, 0x80], 0), 0x8000000000000201n);
  assert.equal(wordAt([1, 2, 3], 0), null);
  assert.equal(wordAt([0, null, 0, 0, 0, 0, 0, 0], 0), null);
  assert.equal(pointsInto(regions, 0x401fffn), regions[0]);
  assert.equal(pointsInto(regions, 0xb400ffff80000010n), regions[1], "a tagged pointer");
  for (const none of [null, 0n, 0x402000n, 5n]) assert.equal(pointsInto(regions, none), null);
});

test("rows of memory", () => {
  const bytes = [...Buffer.from("AB\0~"), 0, 0x40, 0, null, ...new Array(8).fill(0), 0x10, 0, 0x40, 0, 0, 0, 0, 0];
  const rows = rowsOf({ address: 0x1000n, bytes }, regions);
  assert.deepEqual(rows.map((row) => [row.address, row.index, row.words.map((word) => word.word)]),
    [[0x1000n, 0, [null, 0n]], [0x1010n, 16, [0x400010n]]]);
  assert.equal(rows[0].text, "AB·~·@· ········");
  assert.equal(rows[1].words[0].region, regions[0]);
});

test("what is another than before", () => {
  const set = (thread, ...values) => ({ thread, registers: values.map((value, i) => ({ name: `x${i}`, value })) });
  assert.deepEqual([...changedRegisters(set("p1.1", "0x1", "0x2", null), set("p1.1", "0x1", "0x3", "0x4"))], [["x1", "0x2"], ["x2", null]]);
  assert.equal(changedRegisters(set("p1.1", "0x1"), set("p1.2", "0x9")).size, 0);
  assert.equal(changedRegisters(undefined, set("p1.2", "0x9")).size, 0);
  assert.deepEqual([...changedBytes({ address: 1n, bytes: [1, 2, null] }, { address: 1n, bytes: [1, 3, 4] })], [1, 2]);
  assert.equal(changedBytes({ address: 1n, bytes: [1] }, { address: 2n, bytes: [2] }).size, 0);
});
