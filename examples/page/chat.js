// @ts-check
import { describeEnd, describeError } from "./connection.js";
import { find, findInput } from "./dom.js";

/** The largest number of messages on the page. */
const MAX_SHOWN_MESSAGES = 200;

/** @typedef {{ op: string, room: string, name: string, from: string, text: string, members: number, message: string, time: number }} ChatEvent */

const elements = {
  state: find("chat-state"),
  log: find("log"),
  error: find("chat-error"),
  join: find("join"),
  name: findInput("name"),
  room: findInput("room"),
  say: find("say"),
  text: findInput("text"),
  leave: find("leave"),
};

/**
 * The connection of the joined member. Each join opens a new one.
 *
 * @type {import("wschan").Client | undefined}
 */
let client;
/** True from a join until its connection has ended. */
let isBusy = false;

/** Adds the listeners of the chat's forms. */
export function startChat() {
  elements.join.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!isBusy) void join(elements.room.value, elements.name.value);
  });
  elements.say.addEventListener("submit", (event) => {
    event.preventDefault();
    // Not awaited: if the send fails, the connection ends, and `join` shows the error.
    void client?.send(JSON.stringify({ op: "say", text: elements.text.value }));
    elements.text.value = "";
  });
  elements.leave.addEventListener("click", () => void client?.close());
}

/**
 * Opens a connection, joins the room, and shows its messages until the connection ends.
 *
 * @param {string} room
 * @param {string} name
 */
async function join(room, name) {
  isBusy = true;
  elements.error.textContent = "";
  elements.state.textContent = "Joining";
  try {
    client = await wschan.connect("chat");
    void client.send(JSON.stringify({ op: "join", room, name }));
    for await (const { data } of client) show(JSON.parse(String(data)), name);
    showEnd(describeEnd(await client.closed));
  } catch (error) {
    showEnd(describeError(error));
  }
  client = undefined;
  isBusy = false;
  showForm(elements.join);
}

/** @param {import("./connection.js").Loss | undefined} loss */
function showEnd(loss) {
  elements.state.textContent = loss ? "Lost" : "Not joined";
  if (loss) elements.error.textContent = `${loss.code}: ${loss.message}`;
}

/**
 * @param {ChatEvent} event
 * @param {string} me
 */
function show(event, me) {
  if (event.op === "error") {
    elements.error.textContent = event.message;
    // The form is hidden until the join succeeds. After a failed join the connection has no use.
    if (elements.say.hidden) void client?.close();
    return;
  }
  elements.error.textContent = "";
  if (event.op === "message") {
    append(event.from === me ? "mine" : "", event.from, event.text);
  } else {
    elements.state.textContent = `${event.room}, ${event.members} here`;
    append("system", "", `${event.name} ${event.op}`);
    if (event.name === me) showForm(elements.say);
  }
}

/**
 * @param {string} kind
 * @param {string} from
 * @param {string} text
 */
function append(kind, from, text) {
  const { log } = elements;
  // A reader who has scrolled back keeps the position.
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 8;
  const item = document.createElement("li");
  item.className = kind;
  if (from) {
    const author = document.createElement("strong");
    author.textContent = from;
    item.append(author, " ");
  }
  item.append(text);
  log.append(item);
  if (log.childElementCount > MAX_SHOWN_MESSAGES) log.firstElementChild?.remove();
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}

/**
 * Shows one of the two forms. If the other one had the focus, moves the focus to the shown one.
 *
 * @param {HTMLElement} shown
 */
function showForm(shown) {
  const other = shown === elements.join ? elements.say : elements.join;
  const hadFocus = other.contains(document.activeElement);
  elements.join.hidden = shown !== elements.join;
  elements.say.hidden = shown !== elements.say;
  if (hadFocus) (shown === elements.join ? elements.name : elements.text).focus();
}
