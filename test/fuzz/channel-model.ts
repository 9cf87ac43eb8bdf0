/** Result of a call: the kind of result and, if a case was chosen, its index. */
export interface Outcome {
  /** `"sent"`, `"received"`, `"drained"`, `"default"`, or the code of an error. */
  readonly what: string;
  readonly index?: number;
  readonly value?: number;
}

/** One case of a call: to send a value, or to receive. */
export interface ModelCase {
  readonly channel: number;
  /** The value to send. A case without a value receives. */
  readonly value?: number;
}

/** A call that may wait. Every call is modelled as a select, even one with a single case. */
export interface Call {
  readonly id: number;
  readonly cases: readonly ModelCase[];
  /** Result if no case is ready. If undefined, the call waits. */
  readonly otherwise?: string;
  readonly timeout?: number;
  /** Code of the error at the timeout. */
  readonly timeoutCode: string;
  readonly signal?: number;
}

interface Waiting {
  readonly call: Call;
  readonly due: number;
}

/** A waiter of a channel: one case of a waiting call. */
interface Waiter {
  readonly id: number;
  readonly index: number;
  readonly value?: number;
}

interface ModelChannel {
  readonly capacity: number;
  values: number[];
  receivers: Waiter[];
  senders: Waiter[];
  closed: boolean;
  /** Time of the next tick and period of a timer; `Infinity` for other channels. */
  due: number;
  period: number;
}

/**
 * A model of Go's channels and select, after the language specification and `runtime/chan.go`. It is as
 * simple as possible: lists that are searched and filtered. Where Go chooses at random, the model follows
 * the choice of the implementation if that choice is valid.
 */
export class Model {
  readonly channels: ModelChannel[];
  readonly outcomes = new Map<number, Outcome>();
  readonly #waiting = new Map<number, Waiting>();
  readonly #aborted = new Set<number>();
  /** Results of the calls in the implementation, so that the model makes the same random choices. */
  readonly #chosen: ReadonlyMap<number, Outcome>;
  #time = 0;

  constructor(capacities: readonly number[], chosen: ReadonlyMap<number, Outcome>) {
    this.channels = capacities.map((capacity) => newChannel(capacity));
    this.#chosen = chosen;
  }

  get waiting(): readonly number[] {
    return [...this.#waiting.keys()];
  }

  /** True if several timers are due in the next millisecond. */
  get tied(): boolean {
    return this.channels.filter(({ due }) => due <= this.#time + 1).length > 1;
  }

  /** Adds a timer: a channel of capacity 1 to which the time is sent. A tick is dropped if the channel is full. */
  addTimer(delay: number, period: number): void {
    this.channels.push({ ...newChannel(1), due: delay, period });
    this.#tick();
  }

  call(call: Call): void {
    const { id, cases, timeout } = call;
    const ready = cases.flatMap((one, index) => (this.#isReady(one) ? [index] : []));
    if (call.signal !== undefined && this.#aborted.has(call.signal)) {
      this.outcomes.set(id, { what: "ABORTED" });
    } else if (ready.length > 0) {
      this.outcomes.set(id, this.#choose(call, ready));
    } else if (call.otherwise !== undefined) {
      this.outcomes.set(id, { what: call.otherwise });
    } else if (timeout === 0) {
      this.outcomes.set(id, { what: call.timeoutCode });
    } else {
      this.#waiting.set(id, { call, due: this.#time + (timeout ?? Infinity) });
      cases.forEach(({ channel, value }, index) => {
        const { receivers, senders } = this.#channel(channel);
        if (value === undefined) receivers.push({ id, index });
        else senders.push({ id, index, value });
      });
    }
  }

  close(channel: number): void {
    const it = this.#channel(channel);
    it.closed = true;
    it.due = Infinity;
    for (let one = it.receivers[0]; one; one = it.receivers[0]) {
      this.#settle(one.id, { what: "drained", index: one.index });
    }
    for (let one = it.senders[0]; one; one = it.senders[0]) {
      this.#settle(one.id, { what: "CHANNEL_CLOSED" });
    }
  }

  abort(signal: number): void {
    this.#aborted.add(signal);
    for (const [id, { call }] of this.#waiting) {
      if (call.signal === signal) this.#settle(id, { what: "ABORTED" });
    }
  }

  /** Restarts a timer and discards an unread tick, as in Go since 1.23. */
  reset(timer: number, period: number): void {
    Object.assign(this.#channel(timer), { values: [], due: this.#time + period, period });
  }

  /** Stops a timer: discards an unread tick and closes the channel. */
  stop(timer: number): void {
    this.#channel(timer).values = [];
    this.close(timer);
  }

  /** Advances the time by one millisecond. Ticks in it come before timeouts. */
  advance(): void {
    this.#time++;
    this.#tick();
    for (const [id, { call, due }] of this.#waiting) {
      if (due <= this.#time) this.#settle(id, { what: call.timeoutCode });
    }
  }

  #channel(index: number): ModelChannel {
    const channel = this.channels[index];
    if (!channel) throw new Error(`no channel ${index}`);
    return channel;
  }

  #isReady({ channel, value }: ModelCase): boolean {
    const { closed, values, capacity, receivers, senders } = this.#channel(channel);
    if (value === undefined) return closed || values.length > 0 || senders.length > 0;
    return closed || values.length < capacity || receivers.length > 0;
  }

  #choose(call: Call, ready: readonly number[]): Outcome {
    const outcomes = ready.map((index) => this.#peek(call.cases[index] as ModelCase, index));
    const choice = outcomes.find((one) => this.#isChosen(call.id, one));
    // If the implementation's choice is invalid, take any: the comparison then reports a difference.
    const index = choice ? outcomes.indexOf(choice) : 0;
    this.#perform(call.cases[ready[index] as number] as ModelCase);
    return outcomes[index] as Outcome;
  }

  /** Returns the result that a ready case would have. */
  #peek({ channel, value }: ModelCase, index: number): Outcome {
    const { closed, values, senders } = this.#channel(channel);
    if (value !== undefined) return closed ? { what: "CHANNEL_CLOSED" } : { what: "sent", index };
    const next = values[0] ?? senders[0]?.value;
    return next === undefined
      ? { what: "drained", index }
      : { what: "received", index, value: next };
  }

  #perform({ channel, value }: ModelCase): void {
    const it = this.#channel(channel);
    if (value !== undefined) {
      if (!it.closed) this.#deliver(it, value);
      return;
    }
    it.values.shift();
    const [sender] = it.senders;
    if (!sender) return;
    // The sender's value takes the free slot of the buffer. Without a buffer it is the received value.
    if (it.capacity > 0) it.values.push(sender.value as number);
    this.#settle(sender.id, { what: "sent", index: sender.index });
  }

  #deliver(channel: ModelChannel, value: number): void {
    const [receiver] = channel.receivers;
    if (receiver) {
      this.#settle(receiver.id, received(receiver, value));
    } else {
      channel.values.push(value);
    }
  }

  #tick(): void {
    const due = this.channels.filter((timer) => timer.due <= this.#time);
    // The order of timers that are due at the same time is undefined, so follow the implementation.
    due.sort((a, b) => Number(this.#wasReceived(b)) - Number(this.#wasReceived(a)));
    for (const timer of due) {
      if (timer.receivers.length > 0 || timer.values.length === 0) this.#deliver(timer, timer.due);
      timer.due += timer.period;
    }
  }

  #wasReceived({ due, receivers: [first] }: ModelChannel): boolean {
    return first !== undefined && this.#isChosen(first.id, received(first, due));
  }

  #isChosen(id: number, { what, index, value }: Outcome): boolean {
    const chosen = this.#chosen.get(id);
    return chosen?.what === what && chosen.index === index && chosen.value === value;
  }

  #settle(id: number, outcome: Outcome): void {
    this.outcomes.set(id, outcome);
    this.#waiting.delete(id);
    const others = (one: Waiter): boolean => one.id !== id;
    for (const channel of this.channels) {
      channel.receivers = channel.receivers.filter(others);
      channel.senders = channel.senders.filter(others);
    }
  }
}

function newChannel(capacity: number): ModelChannel {
  return {
    capacity,
    values: [],
    receivers: [],
    senders: [],
    closed: false,
    due: Infinity,
    period: Infinity,
  };
}

function received({ index }: Waiter, value: number): Outcome {
  return { what: "received", index, value };
}
