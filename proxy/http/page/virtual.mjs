// Which rows of a long list are in view.

/** [first, last) of `count` rows of `height` pixels, with some more on either side. */
export function rowsInView(count, height, scrollTop, viewHeight, spare = 6) {
  const first = Math.max(0, Math.floor(scrollTop / height) - spare);
  const last = Math.min(count, Math.ceil((scrollTop + viewHeight) / height) + spare);
  return { first: Math.min(first, last), last };
}

/** Where to scroll so that row `index` is in view; `scrollTop` itself if it is. */
export function scrollFor(index, height, scrollTop, viewHeight) {
  const top = index * height;
  if (top < scrollTop) return top;
  return top + height > scrollTop + viewHeight ? top + height - viewHeight : scrollTop;
}
