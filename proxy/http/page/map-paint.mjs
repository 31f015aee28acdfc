// The picture of the memory map.
import { lowerBound, runsOf } from "./regions.mjs";
import { placeLabels } from "./labels.mjs";
import { address, size } from "./numbers.mjs";

const NAMES = 36, BLOCKS = 62, AXIS = 20;  // heights from the top: names of modules, regions, addresses
export const TOP = NAMES, BOTTOM = NAMES + BLOCKS;
const MARK_ROWS = 2, MARK_ROW = 17;
const FONT = "12px system-ui, sans-serif", MONO = "11px ui-monospace, monospace";

/** Paints `map` ({regions, scale, marks, selected, hovered}) in `look` (of canvas.mjs). */
export function paintMap(context, look, map) {
  context.textBaseline = "alphabetic";
  context.lineWidth = 1;
  paintBreaks(context, look, map.scale);
  paintBlocks(context, look, map, TOP, BLOCKS);
  paintNames(context, look, map);
  paintMarks(context, look, map);
  paintAxis(context, look, map.scale);
  paintFrame(context, look, map, map.hovered, 1);
  paintFrame(context, look, map, map.selected, 2);
}

/** All of it in a strip, with the part that is in view framed. */
export function paintWhole(context, look, map, whole) {
  paintBlocks(context, look, { ...map, scale: whole }, 3, look.height - 6);
  const { scale } = map;
  if (scale.isWhole) return;
  const left = whole.x(scale.addressAt(0)), right = whole.x(scale.addressAt(scale.width));
  context.strokeStyle = look.colours.accent;
  context.lineWidth = 2;
  context.strokeRect(left - 1, 1, Math.max(4, right - left) + 2, look.height - 2);
}

// The regions in view, narrow ones at least a pixel wide; those that share a pixel are painted once.
function paintBlocks(context, look, { regions, scale }, top, height) {
  let painted = -1;
  for (let i = lowerBound(regions, scale.addressAt(0)); i < regions.length; ++i) {
    const region = regions[i];
    const left = scale.x(region.begin);
    if (left > look.width) break;
    const right = Math.min(scale.x(region.begin) + region.size * scale.pixelsPerByte, look.width + 2);
    if (right - left < 1 && Math.floor(left) === painted) continue;
    painted = Math.floor(left);
    paintBlock(context, look, region, Math.max(left, -2), right, top, height);
  }
}

function paintBlock(context, look, region, left, right, top, height) {
  const gap = right - left > 4 ? 1 : 0;
  const width = Math.max(1, right - left - gap);
  context.fillStyle = look.colours[`map-${region.kind}`];
  context.globalAlpha = region.kind === "none" ? 0.5 : 0.42;
  context.fillRect(left, top, width, height);
  context.globalAlpha = 1;
  // What is on this host already, as a level.
  const share = region.populated / region.size;
  const level = share > 0 ? Math.max(Math.min(3, height), share * height) : 0;
  context.fillRect(left, top + height - level, width, level);
  if (width < 3) return;
  context.fillStyle = look.patterns[region.kind];
  context.fillRect(left, top, width, height);
  if (!region.shared) return;
  context.fillStyle = look.patterns.shared;
  context.fillRect(left, top, width, height);
}

function paintBreaks(context, look, scale) {
  const wanted = [];
  for (const { x, width, begin, end } of scale.breaks()) {
    if (width < 6) continue;
    context.strokeStyle = look.colours["map-hole"];
    for (const at of [x + width / 2 - 2.5, x + width / 2 + 2.5]) {
      context.beginPath();
      for (let y = TOP, side = 2; y <= BOTTOM; y += 6, side = -side) context.lineTo(at + side, y);
      context.stroke();
    }
    context.font = MONO;
    const text = size(end - begin);
    wanted.push({ text, x: x + width / 2, width: context.measureText(text).width, bytes: end - begin });
  }
  wanted.sort((a, b) => b.bytes - a.bytes);
  context.fillStyle = look.colours.muted;
  for (const label of placeLabels(wanted, 1, look.width)) context.fillText(label.text, label.left, look.height - 5);
}

function paintNames(context, look, { regions, scale }) {
  context.font = FONT;
  const wanted = [];
  for (const run of runsOf(regions)) {
    const left = Math.max(0, scale.x(regions[run.first].begin));
    const last = regions[run.last];
    const right = Math.min(look.width, scale.x(last.begin) + last.size * scale.pixelsPerByte);
    if (right < left || right < 0 || left > look.width) continue;
    wanted.push({ text: run.name, x: (left + right) / 2, from: left, to: right, width: context.measureText(run.name).width });
  }
  wanted.sort((a, b) => b.to - b.from - (a.to - a.from));
  context.strokeStyle = look.colours.muted;
  const labels = placeLabels(wanted.slice(0, 120), 2, look.width, 10).map((label) => ({ ...label, base: label.row === 0 ? NAMES - 8 : NAMES - 22 }));
  for (const label of labels) {
    context.beginPath();
    if (label.to - label.from > 6) {
      context.moveTo(label.from + 0.5, NAMES - 1.5);
      context.lineTo(label.to - 1.5, NAMES - 1.5);
    }
    context.moveTo(label.x, label.base + 3);
    context.lineTo(label.x, NAMES - 1.5);
    context.stroke();
  }
  // An upper name's line passes behind a lower name.
  for (const { text, left, base, width } of labels.sort((a, b) => b.row - a.row)) {
    context.fillStyle = look.colours.panel;
    context.fillRect(left - 2, base - 10, width + 4, 12);
    context.fillStyle = look.colours.text;
    context.fillText(text, left, base);
  }
}

function paintAxis(context, look, scale) {
  context.font = MONO;
  context.fillStyle = look.colours.muted;
  context.strokeStyle = look.colours.line;
  const wanted = [];
  for (const stretch of scale.stretches) {
    const x = scale.x(stretch.begin);
    if (x > look.width) break;
    const end = x + (stretch.end - stretch.begin) * scale.pixelsPerByte;
    if (end < 0) continue;
    const at = Math.max(0, x);
    const text = address(Math.floor(scale.addressAt(at)));
    const width = context.measureText(text).width;
    wanted.push({ text, x: at + width / 2, at, width });
  }
  for (const label of placeLabels(wanted, 1, look.width)) {
    context.fillStyle = look.colours.panel;
    context.fillRect(label.left - 1, BOTTOM + 4, label.width + 2, 12);
    context.fillStyle = look.colours.muted;
    context.fillText(label.text, label.left, BOTTOM + 13);
    context.beginPath();
    context.moveTo(label.at + 0.5, BOTTOM);
    context.lineTo(label.at + 0.5, BOTTOM + 4);
    context.stroke();
  }
}

// sp, pc and the fault: a line through the regions, and a flag below.
function paintMarks(context, look, { scale, marks }) {
  context.font = `600 ${FONT}`;
  const wanted = marks.map((mark) => ({ ...mark, x: scale.x(Number(mark.address)), width: context.measureText(mark.text).width + 12 }))
    .filter((mark) => mark.x >= 0 && mark.x <= look.width);
  for (const mark of placeLabels(wanted, MARK_ROWS, look.width, 3)) {
    const colour = look.colours[`mark-${mark.kind}`];
    const top = BOTTOM + AXIS + 2 + mark.row * MARK_ROW;
    context.strokeStyle = colour;
    context.lineWidth = 2;
    context.beginPath();
    context.moveTo(mark.x, TOP - 3);
    context.lineTo(mark.x, top);
    context.stroke();
    context.fillStyle = colour;
    context.beginPath();
    context.roundRect(mark.left, top, mark.width, MARK_ROW - 2, 4);
    context.fill();
    context.fillStyle = look.colours.panel;
    context.fillText(mark.text, mark.left + 6, top + 11.5);
  }
  context.lineWidth = 1;
}

function paintFrame(context, look, { regions, scale }, index, width) {
  const region = regions[index];
  if (!region) return;
  const left = Math.max(scale.x(region.begin), -4);
  const right = Math.min(scale.x(region.begin) + region.size * scale.pixelsPerByte, look.width + 4);
  context.strokeStyle = width > 1 ? look.colours.accent : look.colours.text;
  context.lineWidth = width;
  context.strokeRect(left - width / 2, TOP - 2, Math.max(2, right - left) + width - 1, BOTTOM - TOP + 4);
  context.lineWidth = 1;
}
