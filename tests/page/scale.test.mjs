import assert from "node:assert/strict";
import test from "node:test";
import { Scale, stretchesOf } from "../../proxy/http/page/scale.mjs";

const region = (begin, size) => ({ begin, end: begin + size, size });
const PAGE = 4096;
const few = [region(0x10000, 8 * PAGE), region(0x19000, PAGE), region(0x7f0000000000, 90 * PAGE), region(0x7fff00000000, PAGE)];
const close = (a, b) => assert.ok(Math.abs(a - b) < 1e-6 * Math.max(1, Math.abs(b)), `${a} is not ${b}`);

test("large holes are breaks, small ones are to scale", () => {
  const stretches = stretchesOf(few);
  assert.deepEqual(stretches.map(({ begin, end, number }) => [begin, end, number]),
    [[0x10000, 0x1a000, 0], [0x7f0000000000, 0x7f000005a000, 1], [0x7fff00000000, 0x7fff00001000, 2]]);
  const scale = new Scale(stretches, 1000);
  assert.equal(scale.breaks().length, 2);
  close(scale.x(0x19000) - scale.x(0x18000), PAGE * scale.pixelsPerByte);
  close(scale.x(0x7fff00001000), 1000);
  assert.equal(scale.x(0x10000), 0);
  const [first] = scale.breaks();
  assert.deepEqual([first.begin, first.end], [0x1a000, 0x7f0000000000]);
});

test("holes that are drawn have no more than a quarter of what is mapped", () => {
  const many = Array.from({ length: 1000 }, (_, i) => region(i * 100 * PAGE, PAGE));
  const stretches = stretchesOf(many);
  const drawn = stretches.reduce((sum, one) => sum + one.end - one.begin, 0) - 1000 * PAGE;
  assert.ok(drawn <= 250 * PAGE);
  const scale = new Scale(stretches, 1000);
  assert.ok(scale.gap * (stretches.length - 1) <= 250 + 1e-6, "breaks take a quarter of the width at most");
  close(scale.x(many.at(-1).end), 1000);
});

test("pixels lead back to addresses, at any zoom", () => {
  let scale = new Scale(stretchesOf(few), 800);
  for (let zoom = 0; zoom < 8; ++zoom, scale = scale.zoomed(3, 500))
    for (const { begin, end } of few)
      for (const address of [begin, begin + 100, end - 1]) close(scale.addressAt(scale.x(address)), address);
});

test("zooming keeps what is under the pointer there, and never shows nothing", () => {
  const scale = new Scale(stretchesOf(few), 800);
  const nearer = scale.zoomed(5, 300);
  close(nearer.addressAt(300), scale.addressAt(300));
  assert.ok(!nearer.isWhole && nearer.zoomed(1e-9).isWhole);
  assert.equal(nearer.scrolledBy(-1e12).scroll, 0);
  close(nearer.scrolledBy(1e12).x(few.at(-1).end), 800);
  assert.equal(nearer.zoomed(1e12).pixelsPerByte, 1 / 16);
});

test("a region is shown, and one beside the view is brought into it", () => {
  const scale = new Scale(stretchesOf(few), 800);
  const one = scale.showing(few[1].begin, few[1].end, 0.3);
  close(one.x(few[1].end) - one.x(few[1].begin), 240);
  const other = one.revealing(few[3].begin, few[3].end);
  assert.ok(other.x(few[3].begin) >= 0 && other.x(few[3].begin) < 800);
  assert.equal(other.revealing(few[3].begin, few[3].end).scroll, other.scroll);
});

test("another map is seen from the same place", () => {
  const scale = new Scale(stretchesOf(few), 800).showing(few[1].begin, few[1].end);
  const later = scale.on(stretchesOf([region(0x8000, PAGE), ...few]), 800);
  close(later.addressAt(0), scale.addressAt(0));
  assert.ok(new Scale(stretchesOf(few), 800).on(stretchesOf(few.slice(1)), 400).isWhole);
});

test("nothing is mapped", () => {
  const scale = new Scale(stretchesOf([]), 800);
  assert.deepEqual([scale.breaks(), scale.addressAt(10), scale.x(5)], [[], 0, -0]);
});

test("addresses of the uppermost half are exact where they are aligned to pages", () => {
  const top = region(Number(0xffffffffff600000n), PAGE);
  const scale = new Scale(stretchesOf([few[0], top]), 800);
  assert.equal(BigInt(top.begin), 0xffffffffff600000n);
  close(scale.x(top.end), 800);
});
