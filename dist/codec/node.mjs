export { auto, compose, deflateRaw, deflateStream, gunzip, gzip, inflateRaw, json, unzlib, zlib, zlibStream } from "./node.cjs";
