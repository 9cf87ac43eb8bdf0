// `kubectl exec` over WebSocket: the first byte of each message is the number of its channel.
import { connect } from "wschan";
import type { Codec, ConnectOptions } from "wschan";

interface Frame {
  channel: number;
  data: Uint8Array;
}
const CHANNEL = { STDIN: 0, STDOUT: 1, STDERR: 2, STATUS: 3, RESIZE: 4, CLOSE: 255 };

const channels: Codec<Frame, Frame> = {
  name: "channels",
  encode({ channel, data }) {
    const bytes = new Uint8Array(1 + data.length);
    bytes[0] = channel;
    bytes.set(data, 1);
    return bytes;
  },
  decoder: () => (message, emit) => {
    const bytes = message.data as Uint8Array;
    const [channel = CHANNEL.CLOSE] = bytes;
    emit({ channel, data: bytes.subarray(1) }, bytes.length);
  },
};

interface Status {
  status: "Success" | "Failure";
  message?: string;
  details?: { causes?: { reason: string; message: string }[] };
}

export interface ExecOptions extends Pick<ConnectOptions, "headers" | "node"> {
  /** Written to the standard input of the command, which is then closed. */
  stdin?: AsyncIterable<Uint8Array>;
  /** Called with the output, in order. While its promise is pending, no more is read. */
  onOutput: (data: Uint8Array, isError: boolean) => unknown;
}

export interface Execution {
  readonly exitCode: Promise<number>;
  readonly resize: (columns: number, rows: number) => Promise<void>;
}

/** Runs a command. `url` ends in /api/v1/namespaces/NAMESPACE/pods/POD/exec?command=...&stdout=true */
export async function exec(url: string, options: ExecOptions): Promise<Execution> {
  const { headers, node, stdin, onOutput } = options;
  const protocols = "v5.channel.k8s.io";
  const client = await connect(url, { headers, node, protocols, codec: channels });

  const write = async () => {
    for await (const data of stdin ?? []) await client.send({ channel: CHANNEL.STDIN, data });
    // Closes one channel, which only version 5 of the protocol can.
    const data = Uint8Array.of(CHANNEL.STDIN);
    if (stdin) await client.send({ channel: CHANNEL.CLOSE, data });
  };
  const read = async () => {
    let status: Status | undefined;
    for await (const { channel, data } of client) {
      if (channel === CHANNEL.STATUS) status = JSON.parse(new TextDecoder().decode(data)) as Status;
      if (channel === CHANNEL.STDOUT || channel === CHANNEL.STDERR)
        await onOutput(data, channel === CHANNEL.STDERR);
    }
    if (status?.status === "Success") return 0;
    const cause = status?.details?.causes?.find(({ reason }) => reason === "ExitCode");
    if (!cause) throw new Error(status?.message ?? "the connection has ended without a status");
    return Number(cause.message);
  };
  // A command may end without reading all of its input.
  write().catch(() => {});
  const resize = (columns: number, rows: number) => {
    const size = JSON.stringify({ Width: columns, Height: rows });
    return client.send({ channel: CHANNEL.RESIZE, data: new TextEncoder().encode(size) });
  };
  return { exitCode: read(), resize };
}
