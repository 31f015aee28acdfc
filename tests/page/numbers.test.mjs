import assert from "node:assert/strict";
import test from "node:test";
import * as numbers from "../../proxy/http/page/numbers.mjs";

test("addresses and sizes as people read them", () => {
  assert.equal(numbers.hex(0), "0x0");
  assert.equal(numbers.address(0x400000n), "0x000000400000");
  assert.equal(numbers.address(0xffffffffff600000n), "0xffffffffff600000");
  for (const [bytes, text] of [[0, "0 B"], [1023, "1023 B"], [4096, "4 KiB"], [1536, "1.5 KiB"], [135168, "132 KiB"],
    [1782579, "1.7 MiB"], [2 ** 47, "128 TiB"], [123456789012, "115 GiB"]])
    assert.equal(numbers.size(bytes), text);
  assert.equal(numbers.count(1234567), "1,234,567");
  assert.equal(numbers.count(999), "999");
  assert.equal(numbers.duration(850), "850 µs");
  assert.equal(numbers.duration(100_000), "100 ms");
  assert.equal(numbers.duration(2_500_000), "2.50 s");
});

test("addresses that people write", () => {
  assert.equal(numbers.parseAddress(" 0xFFFF8000 "), 0xffff8000n);
  assert.equal(numbers.parseAddress("ffff8000"), 0xffff8000n);
  assert.equal(numbers.parseAddress("ffff`8000"), 0xffff8000n);
  assert.equal(numbers.parseAddress("ffffffffffffffff"), 2n ** 64n - 1n);
  for (const bad of ["", "0x", "x", "-1", "10000000000000000", "sp"]) assert.equal(numbers.parseAddress(bad), null);
});

test("tags in the top byte count for nothing", () => {
  assert.equal(numbers.untagged(0xf200aaaabbbbcccc0n & (2n ** 64n - 1n)) >> 56n, 0n);
  assert.equal(numbers.untagged(0xb400ffff80001000n), 0xffff80001000n);
  assert.equal(numbers.untagged("0xffff80001000"), 0xffff80001000n);
  assert.equal(numbers.untagged(0xffff_ffff_ff60_0000n), 0xffff_ffff_ff60_0000n);
});
