// The way to the session: follows its events, and waits for the next session when one is over. While the page is hidden,
// nothing is asked and no stream is open.
import { Refusal } from "./api.mjs";
import { EventParser } from "./sse.mjs";

const FIRST_PAUSE = 100, LONGEST_PAUSE = 2000;  // ms

export class Connection {
  #api;
  #listener;
  #abort = null;
  #wake = () => {};

  /** `listener` is told: opened(health), event({type, data}), lost(), refused(refusal). */
  constructor(api, listener) {
    this.#api = api;
    this.#listener = listener;
    document.addEventListener("visibilitychange", () => {
      if (document.hidden) this.#abort?.abort();
      this.#wake();
    });
  }

  /** Tries again at once, with another token perhaps. */
  retry() {
    this.#wake();
  }

  async run() {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      while (document.hidden) await new Promise((resolve) => (this.#wake = resolve));
      this.#abort = new AbortController();
      try {
        const health = await this.#api.json("/healthz", this.#abort.signal);
        this.#listener.opened(health);
        pause = FIRST_PAUSE;
        await this.#follow(this.#abort.signal);
      } catch (error) {
        if (error instanceof Refusal && error.status === 401) {
          this.#listener.refused(error);
          pause = LONGEST_PAUSE;
          await new Promise((resolve) => (this.#wake = resolve));
          continue;
        }
        // A connection that ends is what is waited for here; a fault of the page's own must be seen as one.
        if (error.name !== "AbortError") console.warn(error);
      }
      if (document.hidden) continue;
      this.#listener.lost();
      await this.#wait(pause);
    }
  }

  async #follow(signal) {
    const answer = await this.#api.ask("/debug/events", { signal });
    const parser = new EventParser();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      for (const event of parser.feed(value)) this.#listener.event({ type: event.type, ...JSON.parse(event.data) });
    }
  }

  #wait(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => (clearTimeout(timer), resolve());
    });
  }
}
