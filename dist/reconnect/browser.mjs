import { createContext } from '../browser.mjs';
import { b as bindReconnecting } from './core.mjs';

const reconnecting = /* @__PURE__ */ bindReconnecting(createContext);

export { reconnecting };
//# sourceMappingURL=browser.mjs.map
