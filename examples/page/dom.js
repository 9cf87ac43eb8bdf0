// @ts-check
// The page's elements by their ids, which index.html has.

/** @param {string} id */
export function find(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {string} id */
export function findInput(id) {
  return /** @type {HTMLInputElement} */ (document.getElementById(id));
}

/**
 * Leaves a text that is right already alone, for those who select it or have it read to them.
 *
 * @param {string} id
 * @param {string} text
 */
export function setText(id, text) {
  const element = find(id);
  if (element.textContent !== text) element.textContent = text;
}
