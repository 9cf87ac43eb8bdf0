// @ts-check
// Access to the page's elements by id. All ids are in index.html.

/** @param {string} id */
export function find(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {string} id */
export function findInput(id) {
  return /** @type {HTMLInputElement} */ (document.getElementById(id));
}

/**
 * Sets the text of an element, but only if it differs: an update would disturb a selection or a screen reader.
 *
 * @param {string} id
 * @param {string} text
 */
export function setText(id, text) {
  const element = find(id);
  if (element.textContent !== text) element.textContent = text;
}
