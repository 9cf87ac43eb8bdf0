// @ts-check

/** The section "Method" of docs/PERFORMANCE.md. */
export const METHOD = `
- **A ratio is the peer's time divided by wschan's**: 2.00 means that wschan is twice as fast, 0.50 half as fast. It is computed for each round. In a round every contestant does the same work once, always in the same order, because a contestant that ran twice in a row was slower the second time, by up to a quarter. A cell shows the median of the rounds, then the minimum and the maximum.
- **Time is wall time**, because that is how long a user waits. If the server was busy all the time (column "server busy": its CPU time divided by the time of the fastest contestant), wall time shows the speed of the server; the ratio of CPU times then shows the work of the client. CPU time includes the threads of zlib and of the garbage collector. It varies less than wall time on a machine with other load.
- **Each contestant has its own process**, which runs all rounds of one workload. In a shared process the ratios were wrong by 10 to 20 %, in both directions: libraries that use \`ws\` share its code, which the optimizer had adapted to another contestant.
- **Warm-up**: three rounds run before those that count. Connections are opened before the measurement and closed after it, and garbage is collected before it, unless opening itself is measured.
- **The server** (\`bench/server/\`) has its own process and uses no library: it sends prepared chunks, also for compressed messages, and reads only the headers of frames. Compared with Bun's server, it is as fast with large messages and with single answers, and needs an eighth of the CPU time to send small messages and half of it to receive them.
- **Peers are used in their usual way**, each in one small file of \`bench/peers/\`. Those that need a \`WebSocket\` class get that of \`ws\`. All contestants read every message, texts as strings.
- **\`select\`** is compared with \`Promise.race\` over the same number of promises, which cannot cancel those that lose, and with a single \`receive()\`, which has no alternatives.
- **Codecs** decode to bytes. Each runs in its own process, over sixteen messages in turn. The codec for browsers runs in Node as well.
- **Bytes** are the memory inside and outside of V8's heap (\`heapUsed + external\`) after a garbage collection. Allocations are the growth of a young generation that is so large that nothing was collected.
- **In Chromium** one page runs both contestants, round by round, with a garbage collection before each run. Chromium is started directly, because automation drivers slow it down unevenly.
`.trim();
