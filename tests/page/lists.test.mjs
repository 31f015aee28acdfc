import assert from "node:assert/strict";
import test from "node:test";
import { placeLabels } from "../../proxy/http/page/labels.mjs";
import { Trail } from "../../proxy/http/page/trail.mjs";
import { rowsInView, scrollFor } from "../../proxy/http/page/virtual.mjs";
import { functionText, placeText, threadRows } from "../../proxy/http/page/frames.mjs";

test("labels never cover one another, and stay inside", () => {
  const wanted = Array.from({ length: 40 }, (_, i) => ({ x: (i * 37) % 300, width: 30 }));
  const placed = placeLabels(wanted, 2, 300, 4);
  assert.ok(placed.length > 10);
  for (const one of placed) {
    assert.ok(one.left >= 0 && one.left + one.width <= 300);
    for (const other of placed)
      assert.ok(one === other || one.row !== other.row || one.left >= other.left + other.width + 4 || other.left >= one.left + one.width + 4);
  }
  assert.deepEqual(placed[0], { x: 0, width: 30, left: 0, row: 0 });
  assert.deepEqual(placeLabels([{ x: 5, width: 50 }], 2, 40), []);
});

test("back and forward", () => {
  const trail = new Trail();
  assert.ok(!trail.canGoBack);
  for (const place of [1n, 2n, 2n, 3n]) trail.goTo(place);
  assert.equal(trail.back(), 2n);
  assert.equal(trail.back(), 1n);
  assert.equal(trail.back(), 1n);
  assert.equal(trail.forward(), 2n);
  trail.goTo(9n);
  assert.ok(!trail.canGoForward);
  assert.equal(trail.back(), 2n);
  for (let i = 0; i < 1000; ++i) trail.goTo(i);
  let steps = 0;
  while (trail.canGoBack) trail.back(), ++steps;
  assert.equal(steps, 100);
});

test("only rows in view, and some more", () => {
  assert.deepEqual(rowsInView(5000, 20, 2000, 400, 5), { first: 95, last: 125 });
  assert.deepEqual(rowsInView(3, 20, 0, 400), { first: 0, last: 3 });
  assert.deepEqual(rowsInView(0, 20, 500, 400), { first: 0, last: 0 });
  assert.equal(scrollFor(0, 20, 100, 200), 0);
  assert.equal(scrollFor(30, 20, 100, 200), 420);
  assert.equal(scrollFor(7, 20, 100, 200), 100);
});

test("threads with their top frames, the selected one with all", () => {
  const frames = [{ frame: 0, function: "poke", file: "/src/crash.cpp", line: 24, offset: "0x10", module: "/opt/crash" },
    { frame: 1, function: null, file: null, line: null, offset: "0x20", module: "/lib/libc.so.6" }];
  const stacks = new Map([[7, { thread_id: 7, frames, truncated: "no more" }]]);
  const rows = threadRows([{ id: "p1.7", tid: 7 }, { id: "p1.8", tid: 8 }], stacks, "p1.7");
  assert.deepEqual(rows.map(({ kind, key }) => [kind, key]),
    [["thread", "p1.7"], ["frame", "p1.7/0"], ["frame", "p1.7/1"], ["note", "p1.7/end"], ["thread", "p1.8"]]);
  assert.equal(rows[0].top.function, "poke");
  assert.equal(rows[4].top, null);
  assert.deepEqual(frames.map(functionText), ["poke", "libc.so.6"]);
  assert.deepEqual(frames.map(placeText), ["crash.cpp:24", ""]);
  assert.equal(functionText({ function: null, module: null, offset: "0x30" }), "0x30");
});
