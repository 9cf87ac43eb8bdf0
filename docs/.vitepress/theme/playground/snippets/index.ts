import type { Settings } from "../messages.js";
import errors from "./errors.js?raw";
import hello from "./hello.js?raw";
import hub from "./hub.js?raw";
import json from "./json.js?raw";
import reconnecting from "./reconnecting.js?raw";
import refusal from "./refusal.js?raw";
import select from "./select.js?raw";
import slowConsumer from "./slow-consumer.js?raw";

/** A snippet to start with. */
export interface Snippet {
  readonly name: string;
  readonly title: string;
  readonly code: string;
  /** The settings of the server that differ from {@link DEFAULT_SETTINGS}. */
  readonly settings?: Partial<Settings>;
}

export const DEFAULT_SETTINGS: Settings = {
  latency: 100,
  rate: 5,
  work: 0,
  refuse: false,
  platform: "node",
};

export const SNIPPETS: readonly [Snippet, ...Snippet[]] = [
  { name: "hello", title: "Hello", code: hello },
  { name: "json", title: "JSON", code: json },
  {
    name: "slow-consumer",
    title: "Slow consumer",
    code: slowConsumer,
    settings: { rate: 50, work: 200 },
  },
  { name: "reconnecting", title: "Reconnecting", code: reconnecting },
  { name: "refusal", title: "Refused, then retried", code: refusal, settings: { refuse: true } },
  { name: "select", title: "Select with a ticker", code: select },
  { name: "hub", title: "Hub with two subscribers", code: hub },
  { name: "errors", title: "Errors and timeouts", code: errors },
];
