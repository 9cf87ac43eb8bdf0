import type { Settings } from "../messages.js";

/** The settings that apply now. */
export let current: Settings = { latency: 0, rate: 5, work: 0, refuse: false, platform: "node" };

/** Replaces the settings. */
export function setCurrent(settings: Settings): void {
  current = settings;
}
