import assert from "node:assert/strict";
import test from "node:test";
import { codeRows, operandAddress, windowAround } from "../../proxy/http/page/code.mjs";
import { LinkSamples, linesOf } from "../../proxy/http/page/samples.mjs";
import { EventParser } from "../../proxy/http/page/sse.mjs";
import { reasonOf } from "../../proxy/http/page/stops.mjs";

test("events, however they are cut into pieces", () => {
  const text = 'event: state\nid: 7\ndata: {"a":1}\n\n: still here\n\nevent: stop\ndata: one\ndata: two\n\n';
  const expected = [{ type: "state", data: '{"a":1}' }, { type: "stop", data: "one\ntwo" }];
  for (let at = 0; at <= text.length; ++at) {
    const parser = new EventParser();
    assert.deepEqual([...parser.feed(text.slice(0, at)), ...parser.feed(text.slice(at))], expected);
  }
  const parser = new EventParser();
  assert.deepEqual([...text].flatMap((character) => parser.feed(character)), expected);
});

test("why it stopped", () => {
  for (const [reply, text, crash] of [["T0bthread:p1.1;", "SIGSEGV", true], ["S06", "SIGABRT", true], ["T05swbreak:;", "breakpoint", false],
    ["T05watch:1000;", "watchpoint", false], ["T05thread:p1.1;", "SIGTRAP", false], ["T02thread:1;", "SIGINT", false],
    ["W00;process:1", "exited with code 0", false], ["X09;process:1", "ended by SIGKILL", false], ["", "", false], ["T63", "signal 99", false]]) {
    assert.equal(reasonOf(reply).text, text, reply);
    assert.equal(reasonOf(reply).crash, crash, reply);
    assert.equal(reasonOf(reply).ended, /^[WX]/.test(reply), reply);
  }
});

test("instructions with functions, lines and text", () => {
  const instructions = ["0x10", "0x14", "0x18", "0x1c"].map((address) => ({ address, text: "nop" }));
  const places = [{ address: "0x10", function: "f", function_offset: "0x0", file: "/src/a.c", line: 4 },
    { address: "0x14", function: "f", function_offset: "0x4", file: "/src/a.c", line: 4 },
    { address: "0x18", function: "f", function_offset: "0x8", file: "/src/b.h", line: 9 },
    { address: "0x1c", function: "g", function_offset: "0x0", file: null, line: null }];
  const source = { file: "/src/a.c", first: 3, lines: ["three", "four"] };
  assert.deepEqual(codeRows(instructions).map((row) => row.kind), new Array(4).fill("instruction"));
  const rows = codeRows(instructions, places, source);
  assert.deepEqual(rows.map((row) => [row.kind, row.text]), [["function", "f"], ["source", "four"], ["instruction", "nop"],
    ["instruction", "nop"], ["source", null], ["instruction", "nop"], ["function", "g"], ["instruction", "nop"]]);
  assert.equal(rows[4].name, "b.h");
  assert.equal(codeRows(instructions, places, { ...source, first: 5 })[1].text, null, "no line of another number");
});

test("where an instruction leads", () => {
  assert.equal(operandAddress("b.ne 0xaaaad5550934"), 0xaaaad5550934n);
  assert.equal(operandAddress("cbz x0, #0x400580"), 0x400580n);
  assert.equal(operandAddress("adrp x0, 0x410000"), 0x410000n);
  for (const none of ["ret", "ldr x0, [x1, #0x10]", "add x0, x0, 0x1"]) assert.equal(operandAddress(none), null);
});

test("instructions around pc stay within its region", () => {
  const region = { begin: 0x1000, end: 0x2000 };
  assert.deepEqual(windowAround(0x1010n, region), { address: 0x1000n, count: 48 });
  assert.deepEqual(windowAround(0x1ffcn, region), { address: 0x1fccn, count: 13 });
  assert.deepEqual(windowAround(0x1800n, region), { address: 0x17d0n, count: 48 });
  assert.deepEqual(windowAround(0x1800n, null), { address: 0x17d0n, count: 48 });
});

test("the link over time", () => {
  const samples = new LinkSamples();
  const link = (rtt_us, bytes, answered, asked) => ({ rtt_us, sent: { bytes }, received: { bytes: 2 * bytes }, questions: { answered, awaited: 0, asked } });
  samples.add(link(100, 1000, 0, 0), 1);
  samples.add(link(200, 3000, 3, 1), 3);
  samples.add(link(null, 3000, 3, 1), 4);
  assert.deepEqual(samples.list, [{ rtt: 200, sent: 1000, received: 2000, saved: 0.75 }, { rtt: null, sent: 0, received: 0, saved: null }]);
  samples.add(link(100, 0, 0, 0), 5);
  assert.equal(samples.list.length, 2, "a link that counts from 0 again gives no figure");
  for (let i = 0; i < 1000; ++i) samples.add(link(100, i, 0, 0), 6 + i);
  assert.equal(samples.list.length, 240);
});

test("lines of a plot", () => {
  assert.deepEqual(linesOf([0, 2, null, 4], 90, 10, 4), { lines: [[{ x: 0, y: 10 }, { x: 30, y: 5 }], [{ x: 90, y: 0 }]], top: 4 });
  assert.deepEqual(linesOf([9, 4], 90, 10, 1), linesOf([4], 90, 10, 1), "only the last ones count");
  assert.equal(linesOf([null, 0], 90, 10, 4).top, 1);
});
