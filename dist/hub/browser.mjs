export { c as createHub, j as jsonRpc, r as rpcError } from './core.mjs';
//# sourceMappingURL=browser.mjs.map
