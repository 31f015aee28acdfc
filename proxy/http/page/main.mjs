// The page: what the session tells, into the panels.
import { Api, Refusal } from "./api.mjs";
import { Connection } from "./connection.mjs";
import { CodeView } from "./code-view.mjs";
import { showCrash } from "./crash-view.mjs";
import { Header } from "./header.mjs";
import { LinkView } from "./link-view.mjs";
import { MapView } from "./map-view.mjs";
import { MemoryView } from "./memory-view.mjs";
import { RegionsView } from "./regions-view.mjs";
import { RegistersView } from "./registers-view.mjs";
import { ThreadsView } from "./threads-view.mjs";
import { hex } from "./numbers.mjs";
import { regionAt, regionsOf } from "./regions.mjs";
import { reasonOf } from "./stops.mjs";

const LINK_PERIOD = 1000;   // ms
const RUNNING_PAUSE = 300;  // ms
const STOP_PAUSE = 10;      // ms; while GDB steps there are many stops that nobody sees

/** Throws what `signal` was aborted by, if it was. */
async function pause(milliseconds, signal) {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  signal.throwIfAborted();
}

class Page {
  #api = new Api();
  #session = null;
  #state = null;
  #loading = null;  // AbortController of what is asked about this moment
  #fault = null;
  #regions = [];
  #mapTag = "";     // ETag of the map whose regions are shown

  constructor() {
    const open = (address) => this.#memory.goTo(address);
    this.#header = new Header(this.#api, () => this.#connection.retry());
    this.#map = new MapView({ open, chosen: (region) => this.#list.choose(region.index), flagsOf: (region) => this.#flagsOf(region) });
    this.#list = new RegionsView((index) => this.#map.select(index));
    this.#threads = new ThreadsView((id) => this.#again((signal) => this.#showThread(id, signal)),
      (pc) => this.#again((signal) => this.#code.show(pc, this.#regions, signal)));
    this.#registers = new RegistersView(open);
    this.#code = new CodeView(this.#api, open);
    this.#memory = new MemoryView(this.#api);
    this.#link = new LinkView();
    this.#connection = new Connection(this.#api, this);
    setInterval(() => this.#sampleLink(), LINK_PERIOD);
    this.#forget("Not connected yet.");
    this.#connection.run();
  }
  #header; #map; #list; #threads; #registers; #code; #memory; #link; #connection;

  opened(health) {
    if (this.#session !== health.session) this.#forget("");
    this.#session = health.session;
    this.#header.opened(health);
  }

  event(event) {
    this.#header.link(event.link_silent && !event.over);
    if (event.type === "link") return;
    const began = performance.now();
    this.#state = event;
    const reason = reasonOf(event.stop_reply);
    this.#header.state(event, reason);
    this.#loading?.abort();
    if (event.over || reason.ended) return this.#forget(reason.ended ? `The program ${reason.text}.` : "The session is over.");
    if (event.running) {
      showCrash(null);
      return this.#again((signal) => this.#showRunning(signal));
    }
    this.#again((signal) => this.#whileStale(this.#showStop(event, reason, began, signal), signal));
  }

  lost() {
    this.#loading?.abort();
    this.#state = null;
    this.#header.lost();
  }

  refused(refusal) {
    this.#forget("");
    this.#header.wantToken(refusal);
  }

  // Another question about this moment; a new moment ends it.
  async #again(task) {
    if (!this.#loading || this.#loading.signal.aborted) this.#loading = new AbortController();
    const { signal } = this.#loading;
    try {
      await task(signal);
    } catch (error) {
      if (signal.aborted || error.name === "AbortError") return;  // a newer moment is shown
      if (error instanceof Refusal) {
        if (error.code !== "running") this.#header.say(error.message);
      } else if (error instanceof TypeError && this.#state === null) {
        return;  // nobody answers, which the connection tells
      } else {
        this.#header.say(String(error));
        throw error;
      }
    }
  }

  // A step is over before that, and asks nothing.
  async #showRunning(signal) {
    await pause(RUNNING_PAUSE, signal);
    this.#map.mark([]);  // they are the last stop's
    this.#showMap(await this.#api.jsonSince("/debug/elf/memmap", this.#mapTag, signal), () => {});
  }

  // The quick map has none.
  async #flagsOf(region) {
    let flags;
    await this.#again(async (signal) => {
      const map = await this.#api.json(`/debug/elf/memmap?addr=${hex(region.begin)}`, signal);
      flags = map.entries[0]?.VmFlags;
    });
    return flags;
  }

  #showMap({ document, etag }, painted) {
    if (document === null) return painted();
    this.#mapTag = etag;
    this.#regions = regionsOf(document.entries);
    this.#map.show(this.#regions, painted);
    this.#list.show(this.#regions);
  }

  // Until all of a stop is there, what is of an earlier one is faint, if one has the time to see it.
  async #whileStale(work, signal) {
    document.documentElement.dataset.stale = "";
    try {
      await work;
    } finally {
      if (!signal.aborted) delete document.documentElement.dataset.stale;
    }
  }

  async #showStop(state, reason, began, signal) {
    this.#fault = null;
    if (!reason.crash) showCrash(null);
    await pause(STOP_PAUSE, signal);
    const [, threads] = await Promise.all([this.#showMapOfStop(state.stop_id, began, signal), this.#api.json("/debug/threads", signal)]);
    this.#threads.show(threads.threads, state.thread);
    const selected = this.#threads.selected;
    const asked = [this.#stacks(selected, signal)];
    if (selected) asked.push(this.#showThread(selected, signal));
    if (reason.crash) asked.push(this.#showCrashReport(signal));
    await Promise.all(asked);
    document.documentElement.dataset.shown = state.stop_id;
  }

  async #showMapOfStop(stop, began, signal) {
    const map = await this.#api.jsonSince("/debug/elf/memmap?source=maps", this.#mapTag, signal);
    const answered = performance.now();
    const done = (name, start) => performance.measure(name, { start, end: performance.now(), detail: stop });
    this.#showMap(map, () => (done("paint", answered), done("update", began)));
  }

  async #stacks(selected, signal) {
    const one = await this.#api.json(`/debug/backtrace${selected ? `?thread=${selected}` : ""}`, signal);
    this.#threads.stacks(one.threads);
    const all = await this.#api.json("/debug/backtrace?thread=all&frames=1", signal);
    this.#threads.stacks(all.threads);
  }

  async #showThread(id, signal) {
    const set = await this.#api.json(`/debug/registers?thread=${id}`, signal);
    this.#registers.show(set, this.#regions);
    const value = (name) => set.registers.find((register) => register.name === name)?.value;
    const [pc, sp] = ["pc", "sp"].map((name) => (value(name) ? BigInt(value(name)) : null));
    this.#marks = [["pc", pc], ["sp", sp]].filter(([, address]) => address !== null)
      .map(([kind, address]) => ({ kind, text: kind, address }));
    this.#mark();
    const stack = this.#threads.hasStack(id) ? null
      : this.#api.json(`/debug/backtrace?thread=${id}`, signal).then(({ threads }) => this.#threads.stacks(threads));
    await Promise.all([stack, pc === null ? null : this.#code.show(pc, this.#regions, signal), this.#memory.stop(sp, this.#regions, signal)]);
  }
  #marks = [];

  #mark() {
    const fault = this.#fault === null ? [] : [{ kind: "fault", text: regionAt(this.#regions, this.#fault) ? "fault" : `fault at ${hex(this.#fault)}, in no region`, address: this.#fault }];
    this.#map.mark([...fault, ...this.#marks]);
  }

  async #showCrashReport(signal) {
    const report = await this.#api.json("/debug/crash", signal);
    showCrash(report);
    const address = report.crash_info?.address;
    this.#fault = address ? BigInt(address) : null;
    this.#mark();
  }

  async #sampleLink() {
    if (document.hidden || this.#state === null || this.#state.over) return;
    await this.#again(async (signal) => this.#link.add(await this.#api.json("/debug/link", signal), performance.now() / 1000));
  }

  #forget(message) {
    this.#regions = [];
    this.#mapTag = "";
    this.#fault = null;
    this.#marks = [];
    delete document.documentElement.dataset.shown;
    delete document.documentElement.dataset.stale;
    for (const view of [this.#map, this.#list, this.#threads, this.#registers, this.#code, this.#memory, this.#link]) view.clear(message);
    showCrash(null);
  }
}

new Page();
