import type { CloseInfo } from "../../src/node.js";

/** Describes the end of a connection: `closed by the peer with 1000 "bye" (clean)`. */
export function closeText(
  { code, reason, by, clean }: Pick<CloseInfo, "code" | "reason" | "by" | "clean">,
  reasonText = reason === "" ? "" : ` "${reason}"`,
): string {
  const how = { local: "closed by the client", peer: "closed by the peer", none: "lost" }[by];
  return `${how} with ${code}${reasonText} (${clean ? "clean" : "not clean"})`;
}
