/** Number of decimal places of a nanosecond that are kept: more than any tested text has. */
const DECIMAL_PLACES = 60n;

/** One nanosecond in the unit of this file's durations, which is 10^-60 ns. */
export const NANOSECOND = 10n ** DECIMAL_PLACES;

/** The longest duration: 2^63-1 ns. */
export const MAX_DURATION = (2n ** 63n - 1n) * NANOSECOND;

/** Units of Go's `time.ParseDuration`, in nanoseconds. A name comes before its own prefixes. */
const UNITS: readonly (readonly [name: string, size: bigint])[] = [
  ["ns", 1n],
  ["us", 1_000n],
  ["\u00b5s", 1_000n],
  ["\u03bcs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
];

export const UNIT_NAMES = UNITS.map(([name]) => name);

/**
 * Parses a duration according to the documentation of Go's `time.ParseDuration`: "a possibly signed sequence
 * of decimal numbers, each with optional fraction and a unit suffix", or a bare 0. Returns `undefined` for
 * anything else. The result is exact: fractions of a nanosecond, which Go truncates, are kept.
 */
export function readDuration(text: string): bigint | undefined {
  let rest = text;
  const take = (prefix: string): boolean => {
    if (!rest.startsWith(prefix)) return false;
    rest = rest.slice(prefix.length);
    return true;
  };
  const takeDigits = (): string => {
    let digits = "";
    while (rest !== "" && "0123456789".includes(rest.charAt(0))) {
      digits += rest.charAt(0);
      rest = rest.slice(1);
    }
    return digits;
  };
  const sign = take("-") ? -1n : take("+") ? 1n : 1n;
  if (rest === "0") return 0n;
  if (rest === "") return undefined;
  let total = 0n;
  while (rest !== "") {
    const whole = takeDigits();
    const fraction = take(".") ? takeDigits() : "";
    if (whole + fraction === "") return undefined;
    const unit = UNITS.find(([name]) => take(name));
    if (!unit) return undefined;
    const places = DECIMAL_PLACES - BigInt(fraction.length);
    if (places < 0n) {
      throw new Error(`more than ${DECIMAL_PLACES.toString()} decimal places: ${text}`);
    }
    total += BigInt(whole + fraction) * 10n ** places * unit[1];
  }
  return sign * total;
}

/** Converts a number of milliseconds without rounding. */
export function fromMilliseconds(ms: number): bigint {
  let whole = ms;
  let halvings = 0n;
  while (!Number.isInteger(whole)) {
    whole *= 2;
    halvings++;
  }
  return (BigInt(whole) * 1_000_000n * NANOSECOND) / 2n ** halvings;
}
