import { generateKeyPairSync, sign } from 'node:crypto';

/** A value as DER writes it: what it is, how long it is, what it holds. Up to 65,535 bytes. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content);
  const { length } = bytes;
  const inBytes = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...inBytes]), bytes]);
}

const sequence = (...content: readonly Uint8Array[]) => der(0x30, ...content);
const object = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const utcTime = (at: Date) => der(0x17, Buffer.from(`${at.toISOString().replace(/\D/g, '').slice(2, 14)}Z`));

const commonName = object('550403');
const ecdsaWithSha256 = sequence(object('2a8648ce3d040302'));

/**
 * A certificate that its own key has signed, made for one test: X.509 (RFC 5280) of version 1, which Node reads and cannot write.
 * @returns Both in PEM.
 */
export function selfSigned(name: string, { until }: { until: Date }): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const who = sequence(der(0x31, sequence(commonName, der(0x0c, Buffer.from(name)))));
  const validity = sequence(utcTime(new Date(0)), utcTime(until));
  const serial = der(0x02, Buffer.from([1]));
  const key = publicKey.export({ type: 'spki', format: 'der' });
  const signed = sequence(serial, ecdsaWithSha256, who, validity, who, key);
  const signature = der(0x03, Buffer.from([0]), sign('sha256', signed, privateKey));
  const cert = sequence(signed, ecdsaWithSha256, signature).toString('base64');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${cert.replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
