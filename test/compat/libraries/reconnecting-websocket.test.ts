import ReconnectingWebSocket from "reconnecting-websocket";
import { ms } from "../../helpers/time.js";
import { WebSocket } from "../class.js";
import { testReconnecting } from "../reconnecting-suite.js";

testReconnecting("reconnecting-websocket", (url) => {
  // #region setup
  const socket = new ReconnectingWebSocket(url, [], {
    WebSocket,
    // #endregion
    minReconnectionDelay: ms(10),
    maxReconnectionDelay: ms(20),
    minUptime: ms(10),
    // #region setup
  });
  // #endregion
  return Object.assign(socket, { [Symbol.dispose]: () => socket.close() });
});
