// Threads and their frames as rows.
import { baseName } from "./regions.mjs";

/** "poke", or what is known instead: the module, or nothing but the address. */
export function functionText(frame) {
  if (frame.function) return frame.function;
  return frame.module ? baseName(frame.module) : frame.offset;
}

/** "crash.cpp:24", or "libc.so.6" where no line is known. */
export function placeText(frame) {
  if (frame.file) return baseName(frame.file) + (frame.line ? `:${frame.line}` : "");
  return frame.module && frame.function ? baseName(frame.module) : "";
}

/**
 * A row for each of `threads` (of /debug/threads), the selected one followed by rows of its frames. `stacks` are the
 * threads of /debug/backtrace by thread id, as far as they are there.
 */
export function threadRows(threads, stacks, selected) {
  const rows = [];
  for (const thread of threads) {
    const stack = stacks.get(thread.tid);
    rows.push({ kind: "thread", key: thread.id, thread, top: stack?.frames[0] ?? null, selected: thread.id === selected });
    if (thread.id !== selected || !stack) continue;
    stack.frames.forEach((frame, i) => rows.push({ kind: "frame", key: `${thread.id}/${i}`, thread, frame }));
    if (stack.truncated) rows.push({ kind: "note", key: `${thread.id}/end`, text: stack.truncated });
  }
  return rows;
}
