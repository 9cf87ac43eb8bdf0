"""Runs several servers of the package `websockets`, each with its own options.

The argument is a JSON object that maps the name of each server to its options of `serve`. The option
`deflate` holds those of permessage-deflate; null disables compression. Prints a line with the ports as a
JSON object, and then a line for each connection that has ended. The path of the URL selects what a
connection does. SIGTERM closes the servers.
"""

import asyncio
import json
import signal
import sys
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory
from websockets.legacy.server import serve


async def echo(ws, query):
    async for message in ws:
        await ws.send(message)


async def fragments(ws, query):
    """Echoes each message in fragments of `size`."""
    size = int(query["size"])
    async for message in ws:
        await ws.send([message[at : at + size] for at in range(0, len(message), size)])


async def ping(ws, query):
    await (await ws.ping("are you there?"))
    await ws.send("ponged")


async def stream(ws, query):
    """Sends `count` numbered messages of `size`."""
    for number in range(int(query["count"])):
        await ws.send(str(number).zfill(int(query["size"])))


async def close(ws, query):
    await ws.send("last words")
    await ws.close(int(query["code"]), query["reason"])


BEHAVIOURS = {f"/{each.__name__}": each for each in (echo, fragments, ping, stream, close)}


async def handle(ws):
    url = urlsplit(ws.path)
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    # The end of the connection is printed below.
    with suppress(ConnectionClosed):
        await BEHAVIOURS[url.path](ws, query)
    await ws.wait_closed()
    print("closed", json.dumps([ws.close_code, ws.close_reason]), flush=True)


def options_of(given):
    deflate = given.pop("deflate", None)
    extensions = None if deflate is None else [ServerPerMessageDeflateFactory(**deflate)]
    return {"compression": None, "extensions": extensions, "max_size": None, **given}


async def main():
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    servers = {
        name: await serve(handle, "127.0.0.1", 0, **options_of(given))
        for name, given in json.loads(sys.argv[1]).items()
    }
    ports = {name: each.sockets[0].getsockname()[1] for name, each in servers.items()}
    print("ports", json.dumps(ports), flush=True)
    await stopped.wait()
    for server in servers.values():
        server.close()
    for server in servers.values():
        await server.wait_closed()


asyncio.run(main())
