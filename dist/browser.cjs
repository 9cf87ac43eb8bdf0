'use strict';

Object.defineProperty(exports, '__esModule', { value: true });

var core = require('./core.cjs');

const CAUGHT_UP_MS = 100;
function streamSocket() {
  return "WebSocketStream" in globalThis ? StreamSocket : void 0;
}
class StreamSocket {
  constructor(url, protocols) {
    this.readyState = 0;
    this.protocol = "";
    this.extensions = "";
    this.bufferedAmount = 0;
    /**
     * True while the browser may have messages buffered because of a pause. Chromium discards them when the
     * server's close frame arrives, and does not report it.
     */
    this.#isBehind = false;
    const { WebSocketStream } = globalThis;
    this.#stream = new WebSocketStream(url, { protocols });
    void this.#run();
  }
  #stream;
  #writer;
  /** Pending while reading is paused. */
  #gate;
  /** Resolves `#gate`. */
  #openGate;
  #isBehind;
  async #run() {
    const closed = this.#stream.closed.then(
      ({ closeCode: code, reason }) => ({ code, reason }),
      (error) => ({ code: core.ABNORMAL_CLOSURE, message: error.message })
    );
    let isLossy = false;
    try {
      const { protocol, extensions, readable, writable } = await this.#stream.opened;
      this.protocol = protocol;
      this.extensions = extensions;
      this.#writer = writable.getWriter();
      this.readyState = 1;
      const reader = readable.getReader();
      const onEnd = () => {
        isLossy = this.#isBehind && this.readyState === 1;
        this.setPaused(false);
        this.readyState = 2;
      };
      reader.closed.then(onEnd, onEnd);
      this.onopen?.();
      for (; ; ) {
        const catchUp = () => {
          this.#isBehind = false;
        };
        const stop = this.#isBehind ? core.startTimer(CAUGHT_UP_MS, catchUp) : void 0;
        const { done, value } = await reader.read();
        stop?.();
        if (done) break;
        this.onmessage?.({ data: value });
        if (this.#gate) await this.#gate;
      }
    } catch {
    }
    this.onclose?.({ ...await closed, ...isLossy && { code: core.ABNORMAL_CLOSURE } });
  }
  send(data, size) {
    const unsent = size + 1;
    this.bufferedAmount += unsent;
    this.#writer?.write(data).then(
      () => {
        this.bufferedAmount -= unsent;
        this.ondrain?.();
      },
      () => {
      }
    );
  }
  setPaused(paused) {
    this.#openGate?.();
    if (paused) this.#isBehind = true;
    this.#gate = paused ? new Promise((resolve) => this.#openGate = resolve) : void 0;
  }
  close(closeCode, reason) {
    this.setPaused(false);
    this.readyState = 2;
    this.#stream.close({ closeCode, reason });
    this.#writer?.abort().catch(() => {
    });
  }
}

const platform = /* @__PURE__ */ core.webSocketPlatform(streamSocket);
const connect = /* @__PURE__ */ core.bindConnect(() => platform);
const createContext = /* @__PURE__ */ core.bindCreateContext(() => platform);
const websocket = /* @__PURE__ */ (() => Object.freeze({ ...core.shared, connect, createContext }))();

exports.BINARY = core.BINARY;
exports.CLOSE_CODES = core.CLOSE_CODES;
exports.COMPRESSION = core.COMPRESSION;
exports.Channel = core.Channel;
exports.ReceiveChannel = core.ReceiveChannel;
exports.TEXT = core.TEXT;
exports.TYPE_BINARY = core.TYPE_BINARY;
exports.TYPE_CLOSE = core.TYPE_CLOSE;
exports.TYPE_PING = core.TYPE_PING;
exports.TYPE_PONG = core.TYPE_PONG;
exports.TYPE_TEXT = core.TYPE_TEXT;
exports.WsError = core.WsError;
exports.after = core.after;
exports.definePolicy = core.definePolicy;
exports.errors = core.errors;
exports.parseDuration = core.parseDuration;
exports.select = core.select;
exports.ticker = core.ticker;
exports.connect = connect;
exports.createContext = createContext;
exports.default = websocket;
//# sourceMappingURL=browser.cjs.map
