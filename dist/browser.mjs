import { A as ABNORMAL_CLOSURE, s as startTimer, ag as bindConnect, ah as bindCreateContext, am as shared, al as webSocketPlatform } from './core.mjs';
export { an as BINARY, ao as CLOSE_CODES, ap as COMPRESSION, C as Channel, R as ReceiveChannel, T as TEXT, aq as TYPE_BINARY, ar as TYPE_CLOSE, as as TYPE_PING, at as TYPE_PONG, au as TYPE_TEXT, W as WsError, av as after, aw as definePolicy, ax as errors, j as parseDuration, ay as select, az as ticker } from './core.mjs';

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
      (error) => ({ code: ABNORMAL_CLOSURE, message: error.message })
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
        const stop = this.#isBehind ? startTimer(CAUGHT_UP_MS, catchUp) : void 0;
        const { done, value } = await reader.read();
        stop?.();
        if (done) break;
        this.onmessage?.({ data: value });
        if (this.#gate) await this.#gate;
      }
    } catch {
    }
    this.onclose?.({ ...await closed, ...isLossy && { code: ABNORMAL_CLOSURE } });
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

const platform = /* @__PURE__ */ webSocketPlatform(streamSocket);
const connect = /* @__PURE__ */ bindConnect(() => platform);
const createContext = /* @__PURE__ */ bindCreateContext(() => platform);
const websocket = /* @__PURE__ */ (() => Object.freeze({ ...shared, connect, createContext }))();

export { connect, createContext, websocket as default };
//# sourceMappingURL=browser.mjs.map
