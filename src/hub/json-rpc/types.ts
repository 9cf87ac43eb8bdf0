import type { WaitOptions } from "../../time/wait.js";

/**
 * A method of the peer, as a function. Its parameters are sent by position, as an array. A method with one parameter
 * that is an object may also be called by name: with that object in place of the array.
 */
export type Method = (...params: never[]) => unknown;

/** The methods of a peer, by name: an interface whose members are functions. */
export type MethodsOf<Methods> = { readonly [Name in keyof Methods]: Method };

/** Methods of which nothing is known. */
export type AnyMethods = Readonly<Record<string, (...params: unknown[]) => unknown>>;

/** Events of which nothing is known. */
export type AnyEvents = Readonly<Record<string, unknown>>;

/** Parameters by name, for each member of a union that is an object and no array. */
type Named<T> = T extends readonly unknown[] ? never : T extends object ? Readonly<T> : never;

/** The parameters of a call: an array, or an object with their names. */
export type ParamsOf<M extends Method> =
  | Readonly<Parameters<M>>
  | (number extends Parameters<M>["length"]
      ? Readonly<Record<string, unknown>>
      : Parameters<M> extends readonly [(infer Only)?]
        ? Named<Only>
        : never);

/** The result of a call: that of the method, awaited. */
export type ResultOf<M extends Method> = Awaited<ReturnType<M>>;

/** The arguments of a call after the method: its parameters, which are optional if the method needs none. */
export type CallArguments<M extends Method, Options> =
  [] extends Parameters<M>
    ? [params?: ParamsOf<M>, options?: Options]
    : [params: ParamsOf<M>, options?: Options];

/** Options of {@link JsonRpc.call}. */
export interface CallOptions extends WaitOptions {
  /** The longest wait: milliseconds or a Go duration. Default: 10 s. With 0 the call fails, and is not sent. */
  readonly timeout?: WaitOptions["timeout"];
  /**
   * Over a reconnecting client: true sends the call again, with the same id, if the connection is lost before the
   * reply. The peer may then have run it twice. Default: false, which rejects the call with `CLOSED`, retryable.
   */
  readonly retry?: boolean | undefined;
}

/** One call of {@link JsonRpc.batch}. */
export interface BatchCall<Name extends string = string, Params = unknown> {
  readonly method: Name;
  /** Default: none. */
  readonly params?: Params;
  /** True for a notification: the peer does not reply, and its result is `undefined`. Default: false. */
  readonly notify?: boolean | undefined;
}

/** The calls of a batch, each with the parameters of its method. */
export type BatchCalls<Methods extends MethodsOf<Methods>> = readonly {
  [Name in keyof Methods & string]: BatchCall<Name, ParamsOf<Methods[Name]>>;
}[keyof Methods & string][];

/** The results of a batch, in the order of its calls. */
export type BatchResults<Methods extends MethodsOf<Methods>, Calls extends BatchCalls<Methods>> = {
  -readonly [Index in keyof Calls]: PromiseSettledResult<
    Calls[Index] extends { readonly notify: true }
      ? undefined
      : ResultOf<Methods[Calls[Index]["method"] & keyof Methods]>
  >;
};
