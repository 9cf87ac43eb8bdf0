import { reconnecting } from "wschan/reconnect";

export type Presence = "online" | "away";

/** Shows other users whether you are here, and whether you are typing. */
export function openPresence(url: string, initial: Presence = "online") {
  let presence = initial;
  const encode = () => JSON.stringify({ type: "presence", presence });
  const client = reconnecting(url, {
    // The server forgets the presence of a connection when it ends.
    onConnect: (connection) => connection.send(encode()),
  });
  return {
    client,
    /** While there is no connection, only the latest presence waits. */
    setPresence(next: Presence): void {
      presence = next;
      void client.send(encode(), { key: "presence" });
    },
    /** While there is no connection, only the latest state of each room waits, and not for longer than 5 s. */
    setTyping(room: string, isTyping: boolean): void {
      const text = JSON.stringify({ type: "typing", room, isTyping });
      void client.send(text, { key: `typing ${room}`, ttl: "5s" });
    },
  };
}
