import { Client } from "../connection/client.js";
import { Connection } from "../connection/connection.js";
import { Events } from "../connection/events.js";
import { WsError } from "../errors/ws-error.js";
import type { ConnectOptions } from "../options/connect-options.js";
import { parseOptions } from "../options/parse-options.js";
import { DEFAULTS } from "../options/resolved-options.js";
import type { ResolvedOptions } from "../options/resolved-options.js";
import { authorize } from "../policy/authorize.js";
import type { PolicySubject } from "../policy/authorize.js";
import type { DialRequest, Platform, PlatformFor } from "../protocol/dial.js";
import type { Message } from "../protocol/message.js";
import { displayUrl, parseUrl } from "../protocol/url.js";
import { nextTurn, now } from "../time/clock.js";
import { startDeadline } from "../time/deadline.js";
import { waitFor } from "../time/wait.js";
import type { Settings } from "./context-options.js";
import { emitDial } from "./dial-events.js";
import { intercepted } from "./interception.js";
import type { Owner } from "./owner.js";

/**
 * Validates the input of `connect` and opens a client, which belongs to the context `owner` if there is one.
 *
 * It is an async function so that invalid input rejects. All input is read before the first await.
 */
export async function openClient(
  platformFor: PlatformFor,
  owner: Owner | undefined,
  input: string | URL,
  given: ConnectOptions = {},
): Promise<Client> {
  const settings = owner?.settings;
  const platform = platformOf(platformFor, given, settings, input);
  const url = parseUrl(input, platform);
  const base = baseOptions(given, platform, settings);
  const options = parseOptions(base, given, platform) as ResolvedOptions;
  return dial(url, options, platform, owner, eventsOf(options, platform, settings));
}

/**
 * Returns the platform that serves a call, by option `webSocket` of the call or the context. A dial without that option
 * may be intercepted; `input` is its URL, or a function that returns it later.
 */
export function platformOf(
  platformFor: PlatformFor,
  given: ConnectOptions,
  settings: Settings | undefined,
  input: unknown,
): Platform {
  // `given` may be invalid: it has not been parsed yet.
  const webSocket = { ...given }.webSocket ?? settings?.defaults.webSocket;
  const platform = platformFor(webSocket);
  if (webSocket || platform.isInMemory || typeof input === "function") return platform;
  return intercepted(input as string, platform);
}

/** Returns the complete options that a call has if it gives none. They are resolved once per context. */
export function baseOptions(
  given: ConnectOptions,
  platform: Platform,
  settings: Settings | undefined,
): ConnectOptions {
  if (!settings) return DEFAULTS;
  const { defaults, resolved } = settings;
  if (platform === settings.platform) return resolved;
  // Parse the context's defaults again for this platform. Only the default for `keepAlive` is skipped if the call has
  // its own, because this platform may not support the default.
  const { keepAlive = defaults.keepAlive } = { ...given };
  return parseOptions(DEFAULTS, { ...defaults, keepAlive }, platform);
}

/** Returns the events of a connection. The observer of the context comes before that of the call. */
export function eventsOf(
  { observe, observeMessages }: ResolvedOptions,
  { observerOf }: Platform,
  settings: Settings | undefined,
): Events {
  return new Events(settings?.observe, observe, observeMessages, observerOf);
}

/**
 * Evaluates the policies and then dials, under one deadline.
 *
 * @param attempt The number of the attempt of a reconnecting client.
 */
export async function dial(
  url: URL,
  options: ResolvedOptions,
  platform: Platform,
  owner: Owner | undefined,
  events: Events,
  attempt?: number,
): Promise<Client> {
  const { policy, actor, meta, dial: guardedDial = platform.dial } = owner?.settings ?? {};
  const connectBy = platform.isInMemory ? platform.dial : guardedDial;
  const policies = [policy, options.policy];
  const subject: PolicySubject = {
    actor,
    meta: (meta ?? options.meta) && Object.freeze({ ...meta, ...options.meta }),
  };
  const operation = `dial ${displayUrl(url)}`;
  const { dialTimeout, signal: outer } = options;
  const controller = new AbortController();
  const { signal } = controller;
  const report = emitDial(events, url, attempt);
  let isOpen = false;
  const park = (done: (result: Client | WsError) => void): (() => void) => {
    const removeDial = owner?.addDial(done);
    const deadline = startDeadline(dialTimeout, () => {
      const error = new WsError("DIAL_TIMEOUT", `${operation}: not open after ${dialTimeout} ms`);
      controller.abort(error);
      // In a later turn, because the dial may fail with a more specific error.
      nextTurn(() => done(error));
    });
    const request: DialRequest = {
      url,
      options,
      signal,
      due: now() + dialTimeout,
      authorize: (next) => authorize(policies, subject, next),
      open(transport, openUrl) {
        const connection = new Connection<Message>(transport, openUrl, options, events);
        const client = new Client(connection, openUrl);
        owner?.addClient(client);
        // From here on, aborting the dial must not end the connection.
        isOpen = true;
        done(client);
        report.opened(transport, openUrl);
        return connection;
      },
    };
    authorize(policies, subject, url, "")
      .then(() => request.authorize(url))
      // Do not dial if the policy answered after the deadline.
      .then(() => (signal.aborted ? undefined : connectBy(request)))
      .catch(done);
    return () => {
      removeDial?.();
      deadline.stop();
      if (!isOpen) controller.abort();
    };
  };
  const result = waitFor<Client>(operation, "DIAL_TIMEOUT", { signal: outer }, { park });
  return result.catch(report.failed);
}
