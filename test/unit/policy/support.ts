import type { WsError } from "../../../src/errors/ws-error.js";
import { authorize } from "../../../src/policy/authorize.js";
import type { PolicySubject } from "../../../src/policy/authorize.js";
import type { Policy, PolicyRule } from "../../../src/policy/policy.js";
import { definePolicy } from "../../../src/policy/rules.js";
import { failure } from "../../helpers/failure.js";

export const CONNECT = "websocket.connect";
export const CONNECT_URL = "websocket.connect.url";
export const URL_RULE = { actions: CONNECT_URL, effect: "allow" } as const;

export const allow: Policy = () => true;
export const deny: Policy = () => false;

/** Asks the policies about both actions, in the order of `connect`. */
export async function authorizeConnect(
  policies: readonly Policy[],
  subject: PolicySubject,
  url: URL,
): Promise<void> {
  await authorize(policies, subject, url, "");
  await authorize(policies, subject, url);
}

/** Asks a policy about the action `websocket.connect`. */
export function askConnect(policy: Policy): boolean | Promise<boolean> {
  return policy({ action: CONNECT, resource: "" });
}

/** Asks a policy about the action `websocket.connect.url`. */
export function askUrl(policy: Policy, resource: string): boolean | Promise<boolean> {
  return policy({ action: CONNECT_URL, resource, url: new URL(resource) });
}

/** Returns the error with which `definePolicy` rejects invalid rules. */
export function defineFailure(rules: unknown): Promise<WsError> {
  return failure(() => definePolicy(rules as PolicyRule[]));
}
