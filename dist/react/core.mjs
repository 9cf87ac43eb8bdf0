import { useState, useSyncExternalStore, useCallback, useInsertionEffect, useRef, useEffect } from 'react';
import { Y as nextTurn, u as unreported, W as WsError, s as startTimer, B as callListener } from '../core.mjs';
import { c as createHub } from '../hub/core.mjs';

const OPENERS = /^(url|headers|protocols|policy|onConnect)$/;
const CLASS = "webSocket";
function isEqual(a, b, isOther = false, name = "") {
  if (Object.is(a, b)) return true;
  if (typeof a === "function" && typeof b === "function") {
    return name !== CLASS && !(isOther && OPENERS.test(name));
  }
  return isData(a) && isData(b) && Object.keys({ ...a, ...b }).every((key) => isEqual(a[key], b[key], isOther, key));
}
function isData(value) {
  return [Object, Array].includes(value?.constructor);
}
function forward(latest, name) {
  const value = latest()[name];
  if (typeof value === "function" && name !== CLASS) {
    return (...args) => latest()[name]?.(...args);
  }
  if (value?.constructor !== Object) return value;
  const nested = () => latest()[name];
  return Object.fromEntries(Object.keys(value).map((key) => [key, forward(nested, key)]));
}

const released = /* @__PURE__ */ new Set();
function take(reconnecting, target, onChange) {
  const found = [...released].find((one) => isEqual(one.target, target, true));
  const held = found ?? create(reconnecting, target);
  released.delete(held);
  return Object.assign(held, { target, onChange });
}
function release(held) {
  released.add(held);
  nextTurn(() => {
    if (released.delete(held)) void held.client.close();
  });
}
function create(reconnecting, target) {
  const held = { target };
  const { url, options } = forward(() => held, "target");
  const client = reconnecting(url, options);
  const show = (state) => {
    const { error } = state;
    held.snapshot = { client, state, lastError: error ?? held.snapshot?.lastError };
    held.onChange?.();
  };
  show(client.state);
  client.onStatus(show);
  return Object.assign(held, { client });
}

const CONNECTING = { type: "connecting", attempt: 1 };
const SUSPENDED = { type: "suspended" };
function bindUseReconnecting(reconnecting) {
  const useReconnecting = (givenUrl, options = {}) => {
    const url = givenUrl?.href ?? givenUrl;
    const latest = { url, options };
    const [store] = useState(() => createStore(reconnecting));
    const [kept, keep] = useState(latest);
    const target = isEqual(kept, latest) ? kept : latest;
    if (target !== kept) keep(target);
    const snapshot = useSyncExternalStore(
      // Another function for another target, for which React then subscribes.
      useCallback((onChange) => store.hold(onChange), [store, target]),
      () => store.snapshotFor(target),
      () => void 0
    );
    useInsertionEffect(() => store.commit(Object.assign(target, latest)));
    return {
      client: null,
      state: url === null || options.autoStart === false ? SUSPENDED : CONNECTING,
      lastError: void 0,
      ...snapshot,
      send: store.send
    };
  };
  return useReconnecting;
}
function createStore(reconnecting) {
  let target = { url: null, options: {} };
  let held;
  let heldFor;
  const hold = (onChange) => {
    if (target.url === null) return () => {
    };
    const taken = held = take(reconnecting, target, onChange);
    heldFor = target;
    return () => release(taken);
  };
  const send = (data, options) => {
    if (heldFor !== target) hold()();
    return held && target.url !== null ? held.client.send(data, options) : unreported(Promise.reject(new WsError("CLOSED", "send: no URL")));
  };
  return {
    hold,
    send,
    /** Sets the target of the latest commit. */
    commit: (committed) => {
      target = committed;
    },
    /** Returns what to show for a target; `undefined` if there is no client for it yet. */
    snapshotFor: (shown) => held?.target === shown ? held.snapshot : void 0
  };
}

function atNextFrame(run) {
  const request = globalThis.requestAnimationFrame;
  const stopTimer = startTimer(request ? 1e3 : 16, run, false);
  request?.(() => {
    stopTimer();
    run();
  });
}

class Feed extends Set {
}
const feeds = /* @__PURE__ */ new WeakMap();
function listen(client, listener) {
  let feed = feeds.get(client);
  if (!feed) {
    feeds.set(client, feed = new Feed());
    void deliver(createHub(client).subscribe(), feed);
  }
  feed.add(listener);
  feed.onListener?.();
  return () => feed.delete(listener);
}
async function deliver(messages, feed) {
  for (; ; ) {
    const { ok, value } = await messages.receive();
    if (!ok) return;
    while (!feed.size) await new Promise((resolve) => feed.onListener = resolve);
    for (const listener of [...feed]) if (feed.has(listener)) callListener(listener, value);
  }
}

function useMessages(client, handler) {
  const latest = useRef(handler);
  useInsertionEffect(() => {
    latest.current = handler;
  });
  useEffect(
    () => client ? listen(client, (message) => latest.current(message)) : void 0,
    [client]
  );
}

const itself = (message) => message;
function useLatest(client, select = itself, isEqual = Object.is) {
  const [shown, setShown] = useState();
  const [waiting] = useState({});
  useMessages(client, (message) => {
    if (select(message) === void 0) return;
    if (!waiting.next) atNextFrame(show);
    waiting.next = { client, message };
  });
  const show = () => {
    const { next, shown: before } = waiting;
    if (!next) return;
    waiting.next = void 0;
    if (before && before.client === next.client && isEqual(select(before.message), select(next.message))) {
      before.message = next.message;
    } else setShown(waiting.shown = next);
  };
  return shown && shown.client === client ? select(shown.message) : void 0;
}

export { useMessages as a, bindUseReconnecting as b, useLatest as u };
//# sourceMappingURL=core.mjs.map
