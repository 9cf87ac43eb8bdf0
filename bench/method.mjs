// @ts-check

/** What the page says of how it was measured. */
export const METHOD = `
- **A ratio is the peer's time over wschan's**, so that 2.00 is twice as fast and 0.50 half as fast. It is taken within a round, in which every contestant does the same work once, always in the same order: who went twice in a row was slower the second time, by up to a quarter. A cell shows the median over the rounds, and the least and the greatest of them.
- **Time is that of the clock**, since that is what a user waits for. Where the server had no rest either (column "server busy": its CPU time over the time of the fastest contestant) the clock tells how fast the server is; the ratio of CPU times beside it tells what the client had to do itself. It counts the threads of zlib and of the garbage collector as well, and it is the steadier of the two on a machine that does other things.
- **Each contestant is a process of its own**, which stays for all rounds of one workload. In one process ratios were off by a tenth or two, either way: libraries over \`ws\` share its code with whatever the optimizer made of it for another's sake.
- **Warm**: three rounds go before those that count. Connections are opened before the clock starts and closed after it stops, and garbage is collected before, save where opening is what is measured.
- **The server** (\`bench/server/\`) is a process of its own and speaks frames by hand: it sends chunks made beforehand, compressed ones too, and reads nothing but frame headers. It was held against Bun's: it is as fast with large messages and when it answers them one by one, and needs an eighth of the CPU time to send small ones and half to take them in.
- **Peers are used as their users do**, each by one small file of \`bench/peers/\`; those that want a \`WebSocket\` class get that of \`ws\`. All look at every message, texts as strings.
- **\`select\`** stands beside \`Promise.race\` over as many promises, which cannot take back those that lose, and beside one \`receive()\`, which has no choice.
- **Codecs** hand over bytes, in one process each, from sixteen messages in turn; the codec of browsers runs in Node like the rest.
- **Bytes** are V8's heap and what stands beside it (\`heapUsed + external\`) after a collection. Allocations are the growth of a young generation so large that nothing in it was collected.
- **In Chromium** one page does both, round by round, with a collection of garbage before each run; Chromium is started directly, since what drives it for automation slows it down unevenly.
`.trim();
