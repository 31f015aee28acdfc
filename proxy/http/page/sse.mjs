// Server-sent events, as they come in pieces (HTML, "Parsing an event stream").

export class EventParser {
  #rest = "";

  /** The events that are complete with this piece of text: [{type, data}]. Comments are none. */
  feed(text) {
    const blocks = (this.#rest + text).split(/\r?\n\r?\n/);
    this.#rest = blocks.pop();
    return blocks.map(parse).filter((event) => event.data !== "");
  }
}

function parse(block) {
  const event = { type: "message", data: "" };
  for (const line of block.split(/\r?\n/)) {
    const [, field, value] = /^([^:]*):? ?(.*)$/.exec(line);
    if (field === "event") event.type = value;
    if (field === "data") event.data += (event.data ? "\n" : "") + value;
  }
  return event;
}
