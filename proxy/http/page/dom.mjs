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

/** Tab goes to `box` as a whole; within it the arrow keys go from one that `selector` names to the next. */
export function arrowsGoThrough(box, selector) {
  box.tabIndex = 0;
  box.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    const all = [...box.querySelectorAll(selector)];
    if (!step || !all.length || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = all.indexOf(document.activeElement);
    all[at < 0 ? 0 : Math.min(Math.max(0, at + step), all.length - 1)].focus();
    event.preventDefault();
  });
}

/** A sentence where there is nothing else to show. */
export function empty(text) {
  return make("p", { class: "empty" }, text);
}
