// Threads with their top frames, and all frames of the selected one.
import { byId, make } from "./dom.mjs";
import { Rows } from "./rows.mjs";
import { functionText, placeText, threadRows } from "./frames.mjs";
import { count, hex } from "./numbers.mjs";

export class ThreadsView {
  selected = null;
  #threads = [];
  #stacks = new Map();
  #full = new Set();
  #rows;

  /** `choose(id)` shows another thread, `go(pc)` the code of a frame. */
  constructor(choose, go) {
    this.#rows = new Rows(byId("threads"), {
      height: 22,
      kind: (row) => row.kind + (row.selected ? " selected" : ""),
      render: (row) => RENDER[row.kind](row),
      activate: (row) => {
        if (row.kind === "frame") return go(BigInt(row.frame.offset));
        if (row.kind !== "thread" || row.thread.id === this.selected) return;
        this.selected = row.thread.id;
        this.#paint();
        choose(this.selected);
      },
    });
  }

  show(threads, stopped) {
    this.#threads = threads;
    this.#stacks.clear();
    this.#full.clear();
    this.selected = threads.some((thread) => thread.id === stopped) ? stopped : threads.find((thread) => thread.stopped)?.id ?? threads[0]?.id ?? null;
    byId("threads-sum").textContent = count(threads.length);
    this.#paint();
  }

  /** Of /debug/backtrace; a stack that is there already isn't replaced by a shorter one. */
  stacks(threads) {
    for (const stack of threads) {
      if (stack.frames.length >= (this.#stacks.get(stack.thread_id)?.frames.length ?? 0)) this.#stacks.set(stack.thread_id, stack);
      if (stack.frames.length === stack.frame_count) this.#full.add(stack.thread_id);
    }
    this.#paint();
  }

  hasStack(id) {
    const thread = this.#threads.find((one) => one.id === id);
    return thread !== undefined && (this.#full.has(thread.tid) || this.#stacks.size === 0);
  }

  clear(message) {
    this.selected = null;
    this.#threads = [];
    this.#stacks.clear();
    this.#full.clear();
    byId("threads-sum").textContent = "";
    this.#rows.set([], message);
  }

  #paint() {
    this.#rows.set(threadRows(this.#threads, this.#stacks, this.selected), "There are no threads.");
  }
}

const RENDER = {
  thread: ({ thread, top }) => [
    make("span", { class: "tid mono" }, String(thread.tid)), make("b", {}, thread.name),
    make("span", { class: "function mono", title: thread.pc }, top ? functionText(top) : thread.pc ?? ""),
    make("span", { class: "place muted" }, top ? placeText(top) : "")],
  frame: ({ frame }) => [
    make("span", { class: "number muted mono" }, `#${frame.frame}`),
    make("span", { class: "function mono", title: `${hex(frame.offset)} ${frame.module ?? ""}` }, functionText(frame) + (frame.inline ? " (inlined)" : "")),
    make("span", { class: "place muted" }, placeText(frame))],
  note: ({ text }) => [make("span", { class: "muted" }, text)],
};
