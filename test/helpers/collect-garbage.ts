import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");

/** Runs a garbage collection, even in a process that was started without `--expose-gc`. */
export const collectGarbage = runInNewContext("gc") as () => void;
