import { generate } from 'selfsigned';

/** A certificate for a host's name that its own key has signed, and the key; both in PEM. */
export async function selfSigned(name: string, { until }: { until: Date }): Promise<{ cert: string; key: string }> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: name }], {
    algorithm: 'sha256',
    keyType: 'ec',
    notBeforeDate: new Date(0),
    notAfterDate: until,
    // For this name only. By default, the library adds the address of localhost.
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
  });
  return { cert, key };
}
