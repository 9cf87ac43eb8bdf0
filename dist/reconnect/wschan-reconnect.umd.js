(function (global, factory) {
  typeof exports === 'object' && typeof module !== 'undefined' ? factory(exports, require('wschan')) :
  typeof define === 'function' && define.amd ? define(['exports', 'wschan'], factory) :
  (global = typeof globalThis !== 'undefined' ? globalThis : global || self, factory(global.wschanReconnect = {}, global.wschan));
})(this, (function (exports, wschan) { 'use strict';

  const RESTART = 5e3;
  function pauseAfter(failures, { min, max, factor }, { retryAfter = 0, closeCode } = {}) {
    if (closeCode === 1012 || closeCode === 1013) {
      const least = Math.min(RESTART, max);
      return { least, spread: max - least };
    }
    const spread = Math.min(max, Math.max(min * factor ** failures, retryAfter));
    return { least: retryAfter, spread };
  }

  const DEFAULTS = {
    backoff: { min: 500, max: 3e4, factor: 2 },
    queue: { maxMessages: 1e3, maxBytes: 16777216, whenFull: "reject" },
    stableAfter: 5e3
  };
  const USUAL = 2e4;
  function makePlan(url, given, pings) {
    const asked = given;
    const context = asked?.context?.kit ? asked.context : wschan.createContext();
    const { callable, duration, integer, must, object, oneOf, parseBy } = context.kit;
    const group = (defaults, parsers2) => (value, name) => ({ ...defaults, ...parseBy(parsers2, value, name) });
    const parsers = {
      context: must((value) => value === context, "a Context"),
      backoff: group(DEFAULTS.backoff, {
        min: duration,
        max: duration,
        factor: must((value) => typeof value === "number" && value >= 1 && value <= 100, "1 to 100")
      }),
      stableAfter: duration,
      maxAttempts: integer(1, 2147483647),
      maxElapsed: duration,
      shouldRetry: callable,
      onConnect: callable,
      queue: group(DEFAULTS.queue, {
        maxMessages: integer(0, 1e6),
        maxBytes: integer(1, 1073741824),
        ttl: duration,
        whenFull: oneOf("reject", "drop-oldest")
      }),
      onLost: callable,
      marker: oneOf(false, true)
    };
    const fixed = { ...object(given, "reconnecting: options") };
    const { headers, protocols, keepAlive } = fixed;
    const isFunction = (value) => typeof value === "function";
    const { options, dialTimeout, inbox } = context.prepare(
      url,
      {
        ...fixed,
        ...isFunction(headers) && { headers: {} },
        ...isFunction(protocols) && { protocols: [] },
        ...keepAlive === false && { keepAlive: void 0 }
      },
      parsers,
      "reconnecting"
    );
    const dial = { ...options };
    for (const name in parsers) delete dial[name];
    dial.keepAlive = keepAlive ? {
      ...options.keepAlive,
      interval: keepAlive.interval || USUAL,
      timeout: keepAlive.timeout || USUAL
    } : options.keepAlive ?? (void 0);
    return {
      ...DEFAULTS,
      ...options,
      context,
      inbox,
      dialTimeout,
      dial,
      fresh: [
        isFunction(url) ? url : String(url),
        isFunction(headers) ? headers : options.headers,
        isFunction(protocols) ? protocols : options.protocols
      ]
    };
  }

  function sizeOf({ payload }) {
    return 64 + payload.length * (typeof payload === "string" ? 2 : 1);
  }
  function promiseOf(entry) {
    if (!entry.promise) {
      entry.promise = new Promise((resolve, reject) => Object.assign(entry, { resolve, reject }));
      entry.promise.catch(() => {
      });
    }
    return entry.promise;
  }
  function own(entry) {
    if (typeof entry.payload !== "string") entry.payload = entry.payload.slice();
  }
  class Outbox {
    constructor(settings, startTimer, onLost) {
      this.bytes = 0;
      /** By key, or by itself; the oldest first. */
      this.#waiting = /* @__PURE__ */ new Map();
      /** When the timer is due, and what stops it. */
      this.#due = Infinity;
      this.#settings = settings;
      this.#startTimer = startTimer;
      this.#onLost = onLost;
    }
    #settings;
    #startTimer;
    #onLost;
    #waiting;
    #due;
    #stop;
    get length() {
      return this.#waiting.size;
    }
    /** The message that is to go next. @internal */
    get next() {
      for (const entry of this.#waiting.values()) return entry;
      return void 0;
    }
    clear() {
      this.dropAll("dropped", "ABORTED", "the queue was cleared");
    }
    /** Takes a message in at the end; its promise rejects with `QUEUE_FULL` if there is no room. @internal */
    add(entry) {
      const { maxMessages, maxBytes, whenFull } = this.#settings;
      own(entry);
      const size = sizeOf(entry);
      const old = this.#waiting.get(entry.key);
      if (old) {
        this.remove(old);
        Object.assign(entry, { promise: old.promise, resolve: old.resolve, reject: old.reject });
      }
      const promise = promiseOf(entry);
      const isFull = () => this.length >= maxMessages || this.bytes + size > maxBytes;
      const full = "the queue is full";
      while (isFull() && whenFull !== "reject" && size <= maxBytes && this.next) {
        this.lose([this.next], "dropped", "QUEUE_FULL", full);
      }
      if (isFull()) {
        if (old) this.lose([old], "dropped", "QUEUE_FULL", full);
        entry.reject?.(new wschan.WsError("QUEUE_FULL", `send: ${full}`));
      } else {
        this.#insert(entry);
      }
      return promise;
    }
    /** Takes messages back, before all others, but for those that a newer one with their key replaces. @internal */
    restore(entries) {
      const newer = this.#waiting;
      this.#waiting = /* @__PURE__ */ new Map();
      this.bytes = 0;
      for (const entry of entries) {
        const newest = newer.get(entry.key);
        if (newest) entry.resolve?.(newest.promise);
        else this.#insert(entry);
      }
      for (const entry of newer.values()) this.#insert(entry);
    }
    /** A message has gone, if it waits. @internal */
    remove(entry) {
      const id = entry.key ?? entry;
      if (this.#waiting.get(id) !== entry) return;
      this.#waiting.delete(id);
      this.bytes -= sizeOf(entry);
    }
    /** Loses all that wait. @internal */
    dropAll(reason, code, why) {
      this.lose([...this.#waiting.values()], reason, code, why);
      this.#stop?.();
      this.#due = Infinity;
    }
    /** Tells the senders of messages, and `onLost`, that they are lost. @internal */
    lose(entries, reason, code, why) {
      const lost = entries.map((entry) => {
        this.remove(entry);
        entry.reject?.(new wschan.WsError(code, `send: ${why}`));
        const { payload: data, key } = entry;
        return { data, type: typeof data === "string" ? 1 : 2, key, reason };
      });
      if (lost.length > 0) queueMicrotask(() => this.#onLost?.(lost));
    }
    #insert(entry) {
      this.#waiting.set(entry.key ?? entry, entry);
      this.bytes += sizeOf(entry);
      if (entry.due < this.#due) this.#arm(entry.due);
    }
    /** One timer for the first that is due. It may find that it has gone. */
    #arm(due) {
      this.#stop?.();
      this.#due = due;
      this.#stop = this.#startTimer(due - performance.now(), () => this.expire());
    }
    /** Loses what is too late. @internal */
    expire() {
      const now = performance.now();
      const waiting = [...this.#waiting.values()];
      this.lose(
        waiting.filter(({ due }) => due <= now),
        "expired",
        "CHANNEL_TIMEOUT",
        "its ttl is over"
      );
      this.#stop?.();
      this.#due = Infinity;
      for (const { due } of this.#waiting.values()) if (due < this.#due) this.#arm(due);
    }
  }

  const KEPT = 100;
  class Statuses {
    #watchers = /* @__PURE__ */ new Set();
    set(status) {
      this.current = status;
      for (const watcher of this.#watchers) {
        while (!watcher.trySend(status)) watcher.tryReceive();
        if (status.type === "closed") watcher.close();
      }
    }
    /** The current one, then each change. */
    watch() {
      const watcher = new wschan.Channel(KEPT);
      watcher.trySend(this.current);
      const iterator = watcher[Symbol.asyncIterator]();
      if (this.current.type === "closed") watcher.close();
      else this.#watchers.add(watcher);
      iterator.return = () => {
        this.#watchers.delete(watcher);
        watcher.close();
        return Promise.resolve({ done: true, value: void 0 });
      };
      return iterator;
    }
  }

  const EVENTS = ["online", "offline", "pageshow", "resume", "visibilitychange"];
  function onWake(signal, wake) {
    const { addEventListener, document } = globalThis;
    const listener = (event) => {
      const { type, persisted } = event;
      if (type === "pageshow" && !persisted) return;
      if (type === "visibilitychange" && document?.visibilityState === "hidden") return;
      wake(type !== "offline");
    };
    for (const type of EVENTS) addEventListener?.(type, listener, { capture: true, signal });
  }

  const LOST = { code: 1006, reason: "", clean: false, by: "none" };
  const FIRST_ATTEMPTS = 10;
  class ReconnectingClient {
    #plan;
    #kit;
    #outbox;
    #channel;
    #statuses = new Statuses();
    /** Aborts when the client ends, and takes along all that waits and listens. */
    #life = new AbortController();
    #settleClosed;
    /** Why it gave up. */
    #failure;
    /** The connection of this attempt; open for use only while the status says so. */
    #client;
    /** Why this side ended it. */
    #why;
    /** Why the last attempt, or the last connection, ended. */
    #lastError;
    /** Whether the last connection was open for `stableAfter`. */
    #wasStable = false;
    /** Whether a connection has ever been open, and since when there is one, or none. */
    #resumed = false;
    #since = performance.now();
    /** What was handed to the connection and may not have left. */
    #handed = [];
    #isFlushing = false;
    #isProbing = false;
    /** How many messages were handed over and lost. */
    #losses = 0;
    /** Settles when what waited has been handed over. */
    #drained;
    /** Ends a wait. */
    #wake;
    #stopElapsed;
    /** @internal */
    constructor(plan) {
      const { context, inbox, queue, onLost, signal } = plan;
      this.#plan = plan;
      this.#kit = context.kit;
      this.#outbox = new Outbox(queue, this.#kit.startTimer, onLost);
      this.#channel = wschan.ReceiveChannel.of(inbox);
      this.closed = new Promise((resolve) => this.#settleClosed = resolve);
      const abort = () => {
        const error = new wschan.WsError("ABORTED", "reconnecting: aborted", { cause: signal?.reason });
        this.#giveUp({ ...LOST, by: "local", error });
      };
      signal?.addEventListener("abort", abort, { signal: this.#life.signal });
      onWake(this.#life.signal, (isBack) => {
        if (this.connection) void this.#probe(this.connection);
        else if (isBack) this.#wake?.();
      });
      this.#startElapsed();
      if (signal?.aborted) abort();
      void this.#run();
    }
    /** Where it stands now. */
    get state() {
      return this.#statuses.current;
    }
    /**
     * Where it stands, then every change, until it has closed. What an iterator does not fetch waits, the
     * latest 100.
     */
    status() {
      return this.#statuses.watch();
    }
    /** The connection that is open now, for what only it can tell: `stats`, `protocol`, `handshake`, ... */
    get connection() {
      return this.state.type === "open" ? this.#client : void 0;
    }
    /** What waits for a connection. */
    get queue() {
      return this.#outbox;
    }
    /** The channel on which the messages of all connections arrive; always the same one. */
    channel() {
      return this.#channel;
    }
    /** Short for `channel().receive(options)`. */
    receive(options) {
      return this.#channel.receive(options);
    }
    /**
     * The messages, until it ends. Returns after a local close or the peer's normal end, and throws the
     * `WsError` for which it gave up otherwise. Leaving the loop leaves it open.
     */
    [Symbol.asyncIterator]() {
      const iterator = this.#kit.iterate(this.#plan.inbox, () => this.#failure);
      return iterator;
    }
    /**
     * Sends one message: at once if a connection is open, and otherwise when one is, in call order. Settles
     * as the connection's own `send`; while there is none, it waits. Bytes that wait are copied.
     *
     * Rejects with `INVALID_MESSAGE`, `INVALID_OPTION`, `QUEUE_FULL`, `CHANNEL_TIMEOUT` when its `ttl` is
     * over, `ABORTED` by `queue.clear()`, or `CLOSED`. A failure that nobody awaits is no unhandled
     * rejection.
     */
    send(data, options) {
      const { duration, must, oneOf, parseBy, toPayload } = this.#kit;
      try {
        const { type, ttl, key, retry } = typeof options === "object" ? parseBy(
          {
            type: (value) => value,
            ttl: duration,
            key: must((value) => typeof value === "string", "a string"),
            retry: oneOf(false, true)
          },
          options,
          "send"
        ) : { type: options };
        const payload = toPayload(data, type);
        if (this.#life.signal.aborted) throw this.#closedError("send");
        const due = performance.now() + (ttl ?? this.#plan.queue.ttl ?? Infinity);
        const entry = { payload, key, due, retry };
        const { connection } = this;
        const sent = connection && !this.#outbox.next && this.#hand(connection, entry);
        if (!sent) return this.#outbox.add(entry);
        return entry.promise ?? sent;
      } catch (error) {
        const failed = Promise.reject(error);
        failed.catch(() => {
        });
        return failed;
      }
    }
    /**
     * Settles when nothing waits and what was sent is with the operating system, as the connection's own
     * `flush`. Rejects with `CLOSED` if some of it was lost, or the client has ended, and with `UNSUPPORTED`.
     */
    async flush() {
      const losses = this.#losses;
      for await (const { type } of this.status()) {
        const { connection } = this;
        if (type !== "open" || !connection) continue;
        await this.#drained;
        const failure = await connection.flush().catch((error) => error);
        if (failure?.code === "UNSUPPORTED") throw failure;
        if (losses !== this.#losses) break;
        if (!failure) return;
      }
      throw this.#closedError("flush");
    }
    /** As the connection's own `ping`. Rejects with `CLOSED`, which is retryable, while none is open. */
    async ping(options) {
      const { connection } = this;
      if (!connection) throw this.#closedError("ping");
      return connection.ping(options);
    }
    /**
     * Ends it: what waits is lost, an open connection is closed as by its own `close`, a dial and all waits
     * end at once. Resolves with how it ended; `clean` is false if anything was lost. Calling it again
     * returns the same promise.
     *
     * Rejects with `INVALID_CLOSE`, and nothing ends.
     */
    close(code = 1e3, reason = "") {
      if (this.#life.signal.aborted) return this.closed;
      try {
        this.#kit.checkClose(code, reason);
      } catch (error) {
        return Promise.reject(error);
      }
      const clean = !this.#outbox.next;
      const ended = this.#client?.close(code, reason);
      this.#end(
        ended ? ended.then((info) => ({ ...info, clean: clean && info.clean })) : { code, reason, clean, by: "local" }
      );
      return this.closed;
    }
    /** Ends it now, without a closing handshake. */
    terminate() {
      this.#giveUp({ ...LOST, by: "local" });
    }
    /** `close()`, for `await using`, where the platform has the symbol. */
    async [Symbol.asyncDispose]() {
      await this.close();
    }
    // Connecting
    async #run() {
      const { backoff, maxAttempts, shouldRetry } = this.#plan;
      let failures = 0;
      for (let attempt = 1; !this.#life.signal.aborted; attempt++) {
        this.#statuses.set({ type: "connecting", attempt });
        const info = await this.#attempt(attempt);
        if (this.#life.signal.aborted) return;
        const error = this.#lastError = info.error ?? endError(info);
        let retry;
        try {
          retry = shouldRetry?.(error, attempt) ?? error.retryable;
        } catch (cause) {
          this.#giveUp({ ...info, error: toError("shouldRetry", cause) });
          return;
        }
        if (retry !== true) {
          this.#giveUp(info);
          return;
        }
        if (this.#wasStable) attempt = failures = 0;
        if (attempt >= (maxAttempts ?? (this.#resumed ? Infinity : FIRST_ATTEMPTS))) {
          this.#giveUp({ ...info, error: usedUp(`${attempt} attempts`, error) });
          return;
        }
        const { least, spread } = pauseAfter(failures++, backoff, error.details);
        const jitter = Math.random() * spread;
        this.#statuses.set({ type: "waiting", attempt: attempt + 1, delay: least + jitter, error });
        await this.#sleep(least);
        if (await this.#sleep(jitter, true)) await this.#sleep(Math.random() * backoff.min);
      }
    }
    /** One attempt, up to the end of the connection that it has opened. */
    async #attempt(attempt) {
      const { onConnect, stableAfter } = this.#plan;
      const { signal } = this.#life;
      this.#wasStable = false;
      this.#why = void 0;
      let client;
      try {
        client = this.#client = await this.#dial(attempt);
      } catch (error) {
        return { ...LOST, error };
      }
      try {
        if (onConnect) {
          await this.#within(
            "onConnect",
            () => onConnect(client, { attempt, resumed: this.#resumed })
          );
        }
        signal.throwIfAborted();
        this.#start(client, attempt);
      } catch (error) {
        this.#drop(client, error);
      }
      const info = await client.closed;
      const time = performance.now();
      if (this.connection) {
        this.#wasStable = time - this.#since >= stableAfter;
        this.#since = time;
        this.#startElapsed();
      }
      this.#client = void 0;
      this.#takeBack(info.clean ? [] : this.#handed);
      return this.#why ? { ...info, error: this.#why } : info;
    }
    async #dial(attempt) {
      const { context, dial, fresh } = this.#plan;
      const { signal } = this.#life;
      const info = { attempt, lastError: this.#lastError, signal };
      const [url, headers, protocols] = await this.#within(
        "credentials",
        () => Promise.all(
          fresh.map((value) => typeof value === "function" ? value(info) : value)
        )
      );
      return context.connect(
        url,
        { ...dial, headers, protocols, signal }
      );
    }
    /** The connection is ready: it feeds the channel, and what waits goes out. */
    #start(client, attempt) {
      const { inbox, marker } = this.#plan;
      const start = performance.now();
      const channel = client.channel();
      const gap = start - this.#since;
      const mark = marker && this.#resumed && { type: "reconnected", attempt, gap };
      client.deliverTo(inbox);
      let next = mark || channel.tryReceive()?.value;
      for (; next; next = channel.tryReceive()?.value) {
        if (inbox.put(next)) {
          this.#drop(client, new wschan.WsError("SLOW_CONSUMER", "reconnecting: bufferLimit: read faster"));
          return;
        }
      }
      inbox.changed?.();
      this.#stopElapsed?.();
      this.#since = start;
      this.#resumed = true;
      this.#statuses.set({
        type: "open",
        attempt,
        get duration() {
          return performance.now() - start;
        }
      });
      this.#outbox.expire();
      this.#drained = this.#drain(client);
    }
    /** Ends the connection for a reason of our own. */
    #drop(client, why) {
      if (client.state !== "open") return;
      this.#why = why;
      client.terminate();
    }
    // Sending
    async #drain(client) {
      for (let entry; entry = this.#outbox.next; ) {
        const sent = this.#hand(client, entry);
        if (!sent) return;
        this.#outbox.remove(entry);
        await sent.catch(() => {
        });
      }
    }
    /** Hands a message to the connection, if that takes it. */
    #hand(client, entry) {
      const sent = client.offer(entry.payload);
      if (!sent) return void 0;
      const { retry } = entry;
      if (!entry.promise && (retry || this.#plan.onLost)) own(entry);
      if (retry) {
        void promiseOf(entry);
        sent.then(
          () => entry.resolve?.(),
          () => {
          }
        );
      } else {
        entry.resolve?.(sent);
      }
      this.#handed.push(entry);
      void this.#trim(client);
      return sent;
    }
    /** Forgets what has left. */
    async #trim(client) {
      if (this.#isFlushing) return;
      this.#isFlushing = true;
      const handed = this.#handed;
      while (handed.length > 0) {
        const count = handed.length;
        const failure = await client.flush().catch((error) => error);
        if (failure && failure.code !== "UNSUPPORTED") break;
        handed.splice(0, count);
      }
      this.#isFlushing = false;
    }
    /** What the connection may not have sent goes again, if its sender says so, or is lost. */
    #takeBack(left) {
      const goesAgain = ({ retry }) => retry && !this.#life.signal.aborted;
      const lost = left.filter((entry) => !goesAgain(entry));
      this.#handed = [];
      this.#losses += lost.length;
      this.#outbox.restore(left.filter(goesAgain));
      this.#outbox.lose(lost, "unflushed", "CLOSED", "the connection ended");
    }
    // Waiting
    /** One step of an attempt, within `dialTimeout`. */
    #within(step, run) {
      return this.#kit.waitFor(
        step,
        "DIAL_TIMEOUT",
        { timeout: this.#plan.dialTimeout, signal: this.#life.signal },
        {
          park(done) {
            (async () => run())().then(done, (cause) => done(toError(step, cause)));
            return () => {
            };
          }
        }
      );
    }
    /** Resolves with whether it was woken; at once when the client ends. */
    #sleep(timeout, mayWake = false) {
      const park = (done) => {
        if (mayWake) this.#wake = () => done(true);
        return () => this.#wake = void 0;
      };
      const { signal } = this.#life;
      return this.#kit.waitFor("wait", "CHANNEL_TIMEOUT", { timeout, signal }, { park }).catch(() => false);
    }
    #startElapsed() {
      const { maxElapsed } = this.#plan;
      if (!maxElapsed) return;
      this.#stopElapsed = this.#kit.startTimer(
        maxElapsed,
        () => this.#giveUp({ ...LOST, error: usedUp(`${maxElapsed} ms`, this.#lastError) })
      );
    }
    /** Something tells that the connection may have died: if nobody answers it has. */
    async #probe(client) {
      if (this.#isProbing) return;
      this.#isProbing = true;
      const isAlive = await this.#answers(client);
      this.#isProbing = false;
      const text = "connection: no answer";
      if (!isAlive) this.#drop(client, new wschan.WsError("KEEPALIVE_TIMEOUT", text));
    }
    async #answers(client) {
      const { timeout, message } = this.#plan.dial.keepAlive ?? {};
      try {
        if (client.canPing) {
          await client.ping({ timeout });
        } else if (message) {
          const { messagesReceived } = client.stats;
          await client.send(message());
          await this.#sleep(timeout);
          return client.stats.messagesReceived > messagesReceived;
        }
        return true;
      } catch {
        return false;
      }
    }
    // The end
    #giveUp(info) {
      const client = this.#client;
      this.#end(client ? client.closed.then(() => info) : info, info.error);
      client?.terminate();
    }
    /** The one way into `closed`. */
    #end(outcome, failure) {
      if (this.#life.signal.aborted) return;
      this.#failure = failure;
      this.#life.abort();
      this.#stopElapsed?.();
      this.#plan.inbox.close();
      this.#outbox.dropAll("closed", "CLOSED", "the client has ended");
      const settle = (info) => {
        this.#statuses.set({ type: "closed", error: info.error });
        this.#settleClosed(Object.freeze(info));
      };
      if (outcome instanceof Promise) void outcome.then(settle);
      else settle(outcome);
    }
    #closedError(operation) {
      const hasEnded = this.#life.signal.aborted;
      return new wschan.WsError(
        "CLOSED",
        `${operation}: ${hasEnded ? "the client has ended" : "not connected"}`,
        {
          retryable: !hasEnded,
          cause: this.#failure
        }
      );
    }
  }
  function toError(step, cause) {
    return wschan.WsError.is(cause) ? cause : new wschan.WsError("DIAL_FAILED", `${step}: failed`, { cause });
  }
  function endError({ code, reason, by }) {
    const isPeer = by === "peer";
    return new wschan.WsError(isPeer ? "CLOSED_BY_PEER" : "CLOSED", `connection: closed with code ${code}`, {
      kind: "UNAVAILABLE",
      retryable: !isPeer || code !== 1e3,
      details: { closeCode: code, reason }
    });
  }
  function usedUp(limit, cause) {
    const text = `reconnecting: gave up after ${limit}`;
    return new wschan.WsError(cause?.code ?? "DIAL_TIMEOUT", text, { ...cause, cause });
  }
  function bindReconnecting(pings) {
    const make = (url, options = {}) => new ReconnectingClient(makePlan(url, options));
    return make;
  }

  const reconnecting = /* @__PURE__ */ bindReconnecting();

  exports.reconnecting = reconnecting;

}));
//# sourceMappingURL=wschan-reconnect.umd.js.map
