// Import this module before React DOM, which looks for the hook when it loads.
import * as refresh from "react-refresh/runtime";

refresh.injectIntoGlobalHook(globalThis as never);

export { performReactRefresh, register, setSignature } from "react-refresh/runtime";
