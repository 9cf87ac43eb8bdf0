// Compiled by `npm run types`, never run. A `@ts-expect-error` marks a line that must not compile, and is
// itself an error if the line compiles.
import { expectTypeOf } from "vitest";
import { after, Channel, select, ticker } from "../../src/node.js";
import type {
  DefaultResult,
  ReceiveChannel,
  ReceiveResult,
  SelectResult,
  Ticker,
  WaitOptions,
} from "../../src/node.js";

declare const maybe: boolean;

const numbers = new Channel<number>(1);
const strings = new Channel<string>();

// A channel's methods have the type of its values.
expectTypeOf<Parameters<typeof numbers.trySend>>().toEqualTypeOf<[value: number]>();
expectTypeOf(numbers.tryReceive()).toEqualTypeOf<ReceiveResult<number> | undefined>();
expectTypeOf(numbers.receive()).toEqualTypeOf<Promise<ReceiveResult<number>>>();
expectTypeOf<Parameters<typeof numbers.send>[1]>().toEqualTypeOf<WaitOptions | undefined>();
for await (const value of strings) expectTypeOf(value).toEqualTypeOf<string>();
expectTypeOf(numbers).toExtend<ReceiveChannel<number>>();
// @ts-expect-error: the channel carries another type
numbers.caseSend("x");
// @ts-expect-error: the capacity must be a number
new Channel("1");
// @ts-expect-error: read-only
numbers.capacity = 5;
// @ts-expect-error: no such option
void numbers.receive({ timeOut: 5 });
// @ts-expect-error: only select has a default
void numbers.receive({ default: true });

// The index determines value, ok and channel.
const three = await select([numbers.caseReceive(), strings.caseReceive(), strings.caseSend("x")]);
expectTypeOf(three.index).toEqualTypeOf<0 | 1 | 2>();
if (three.index === 0) {
  expectTypeOf(three.channel).toEqualTypeOf<Channel<number>>();
  expectTypeOf(three.value).toEqualTypeOf<number | undefined>();
  if (three.ok) expectTypeOf(three.value).toEqualTypeOf<number>();
  else expectTypeOf(three.value).toEqualTypeOf<undefined>();
}
if (three.index === 1 && three.ok) expectTypeOf(three.value).toEqualTypeOf<string>();
if (three.index === 2) {
  expectTypeOf(three.ok).toEqualTypeOf<true>();
  expectTypeOf(three.value).toEqualTypeOf<undefined>();
  expectTypeOf(three.channel).toEqualTypeOf<Channel<string>>();
}
// @ts-expect-error: the index is out of range
if (three.index === 3) expectTypeOf(three).toBeNever();
// @ts-expect-error: without default there is no -1
if (three.index === -1) expectTypeOf(three).toBeNever();

// With `default: true` or a boolean there is the additional index -1.
const polled = await select([numbers.caseReceive()], { default: true, timeout: "1s" });
expectTypeOf(polled.index).toEqualTypeOf<0 | -1>();
if (polled.index === -1) expectTypeOf(polled).toEqualTypeOf<DefaultResult>();
else if (polled.ok) expectTypeOf(polled.value).toEqualTypeOf<number>();
const perhaps = await select([numbers.caseReceive()], { default: maybe });
expectTypeOf(perhaps.index).toEqualTypeOf<0 | -1>();
const never = await select([numbers.caseReceive()], { default: false });
expectTypeOf(never.index).toEqualTypeOf<0>();
const none = await select([], { default: true });
expectTypeOf(none).toEqualTypeOf<DefaultResult>();

// For an array of unknown length the index is a number.
const many = await select([numbers, numbers].map((channel) => channel.caseReceive()));
expectTypeOf(many.index).toEqualTypeOf<number>();
if (many.ok) expectTypeOf(many.value).toEqualTypeOf<number>();
expectTypeOf<SelectResult<readonly []>>().toBeNever();

// @ts-expect-error: a channel is not a case
void select([numbers]);
// @ts-expect-error: no such option
void select([numbers.caseReceive()], { time: 5 });
// @ts-expect-error: the cases must be an array
void select(numbers.caseReceive());

// Timers return ReceiveChannels.
expectTypeOf(after("1s")).toEqualTypeOf<ReceiveChannel<Date>>();
expectTypeOf(ticker(5)).toEqualTypeOf<Ticker>();
expectTypeOf(ticker(5).channel).toEqualTypeOf<ReceiveChannel<Date>>();
expectTypeOf(after(1)).not.toHaveProperty("close");
expectTypeOf(ticker(1).channel).not.toHaveProperty("send");
// @ts-expect-error: a ReceiveChannel is not a Channel
const channel: Channel<Date> = after(1);
expectTypeOf(channel).not.toBeAny();
// @ts-expect-error: must be a duration
after(new Date());
