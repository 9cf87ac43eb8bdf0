import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";

/** A private key and its certificate, in PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** Creates a self-signed certificate for these hosts, valid today, without an external tool. */
export function createCertificate(
  hosts: readonly string[] = ["localhost", "127.0.0.1"],
): Certificate {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = sequence(oid("1.2.840.10045.4.3.2")); // ecdsa-with-SHA256
  const name = sequence(
    der(0x31, sequence(oid("2.5.4.3"), der(0x0c, `wschan test ${randomBytes(4).toString("hex")}`))),
  );
  const day = 86_400_000;
  const spki = publicKey.export({ type: "spki", format: "der" });
  const toBeSigned = sequence(
    der(0xa0, integer(Buffer.from([2]))), // version 3
    // DER forbids leading zeros in an integer, so the random serial number starts with 1.
    integer(Buffer.concat([Buffer.of(1), randomBytes(8)])),
    algorithm,
    name,
    sequence(time(Date.now() - day), time(Date.now() + day)),
    name,
    spki,
    der(0xa3, sequence(subjectAltName(hosts), basicConstraints(), keyIdentifier(spki))),
  );
  const signature = sign("sha256", toBeSigned, privateKey);
  const cert = sequence(
    toBeSigned,
    algorithm,
    der(0x03, Buffer.concat([Buffer.from([0]), signature])),
  );
  return {
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${cert.toString("base64")}\n-----END CERTIFICATE-----\n`,
  };
}

// The subset of DER (ITU-T X.690) that a certificate (RFC 5280) needs

function der(tag: number, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as Uint8Array)));
  const { length } = body;
  const head =
    length < 128
      ? [tag, length]
      : length < 256
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from(head), body]);
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(0x30, ...parts);
}

function integer(bytes: Buffer): Buffer {
  // If the highest bit is set, DER reads the integer as negative.
  return der(0x02, (bytes[0] as number) < 128 ? bytes : Buffer.concat([Buffer.from([0]), bytes]));
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const bytes = rest.flatMap((arc) => {
    const groups = [arc & 0x7f];
    for (let left = arc >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80);
    return groups;
  });
  return der(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

function time(ms: number): Buffer {
  // UTCTime: YYMMDDHHMMSSZ
  return der(0x17, new Date(ms).toISOString().replace(/^..|[-T:]|\.\d+/g, ""));
}

function extension(id: string, value: Buffer): Buffer {
  return sequence(oid(id), der(0x04, value));
}

function subjectAltName(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) =>
    isIP(host) === 4 ? der(0x87, Buffer.from(host.split(".").map(Number))) : der(0x82, host),
  );
  return extension("2.5.29.17", sequence(...names));
}

function basicConstraints(): Buffer {
  return extension("2.5.29.19", sequence(der(0x01, Buffer.from([0xff]))));
}

function keyIdentifier(spki: Buffer): Buffer {
  return extension("2.5.29.14", der(0x04, createHash("sha1").update(spki).digest()));
}
