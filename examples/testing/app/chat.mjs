// @ts-check
// The code under test: a chat that does not use wschan, only the global WebSocket.

/**
 * @typedef {{ type: "opened" } | { type: "said", text: string } | { type: "closed", code: number }} ChatEvent
 * @typedef {{ status: string, lines: readonly string[] }} ChatState
 */

/** @type {ChatState} */
export const INITIAL = { status: "connecting", lines: [] };

/**
 * @param {ChatState} state
 * @param {ChatEvent} event
 * @returns {ChatState}
 */
export function reduce(state, event) {
  if (event.type === "opened") return { ...state, status: "open" };
  if (event.type === "said") return { ...state, lines: [...state.lines, event.text] };
  return { ...state, status: event.code === 1000 ? "closed" : "lost" };
}

/**
 * Opens the chat, and passes each event to `dispatch`.
 *
 * @param {string} url
 * @param {(event: ChatEvent) => void} dispatch
 */
export function openChat(url, dispatch) {
  const socket = new WebSocket(url);
  socket.onopen = () => dispatch({ type: "opened" });
  socket.onmessage = ({ data }) => dispatch({ type: "said", text: data });
  socket.onclose = ({ code }) => dispatch({ type: "closed", code });
  return socket;
}
