// Asks the session. Knows the token, and puts it into a header only.

const KEY = "rspbridge-token";

/** What the session refused, in its own words. */
export class Refusal extends Error {
  constructor(status, error) {
    super(error?.sentence ?? `The session answered ${status}.`);
    this.status = status;
    this.code = error?.code ?? "";
    this.begin = error?.begin ? BigInt(error.begin) : null;  // of "unreadable"
    this.end = error?.end ? BigInt(error.end) : null;
  }
}

export class Api {
  #token = sessionStorage.getItem(KEY) ?? "";

  set token(text) {
    this.#token = text;
    sessionStorage.setItem(KEY, text);
  }

  /** The answer, if it is a good one, or says that nothing has changed since `etag`. Throws Refusal, AbortError, and TypeError where nobody answers. */
  async ask(path, { signal, method = "GET", etag = "" } = {}) {
    const headers = this.#token ? { Authorization: `Bearer ${this.#token}` } : {};
    if (etag) headers["If-None-Match"] = etag;
    const answer = await fetch(path, { method, headers, signal, credentials: "omit", cache: "no-store" });
    if (answer.ok || (etag && answer.status === 304)) return answer;
    const document = await answer.json().catch(() => null);  // whatever it is, the status tells enough
    throw new Refusal(answer.status, document?.error);
  }

  async json(path, signal) {
    return (await this.ask(path, { signal })).json();
  }

  /** What is there, with its ETag; null for a document that is what it was with that one. */
  async jsonSince(path, etag, signal) {
    const answer = await this.ask(path, { signal, etag });
    return { document: answer.status === 304 ? null : await answer.json(), etag: answer.headers.get("ETag") ?? "" };
  }

  async bytes(path, signal) {
    return new Uint8Array(await (await this.ask(path, { signal })).arrayBuffer());
  }

  async post(path) {
    return (await this.ask(path, { method: "POST" })).json();
  }
}
