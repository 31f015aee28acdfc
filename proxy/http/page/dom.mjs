// The least that is needed to make elements. Text is always text: nothing of the target is ever parsed as HTML.

export function byId(id) {
  return document.getElementById(id);
}

/** An element with attributes (`class`, `title`, …; functions are listeners; null and false are left out) and children. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === false || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A sentence where there is nothing else to show. */
export function empty(text) {
  return make("p", { class: "empty" }, text);
}
