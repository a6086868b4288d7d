import type { ServerResponse } from 'node:http';
import { XMLBuilder, XMLParser } from 'fast-xml-parser';
import * as v from 'valibot';
import { S3Error } from './errors.ts';

const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@' });
// Attributes and value parsing are off: S3's documents need neither.
const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: true,
});

/** An element's content: text, child elements, or a list of elements with the same name. */
export type Content = string | number | boolean | undefined | readonly Content[] | { readonly [name: string]: Content };

/** Sends a document in S3's namespace, with status 200. */
export function sendXml(response: ServerResponse, root: string, content: Readonly<Record<string, Content>>): void {
  send(response, 200, { [root]: { '@xmlns': namespace, ...content } });
}

/** Sends an error in S3's format. A response to HEAD and a 304 have no body. */
export function sendS3Error(
  response: ServerResponse,
  error: S3Error,
  { resource, requestId, bodiless }: { resource: string; requestId: string; bodiless: boolean },
): void {
  for (const [name, value] of Object.entries(error.headers)) response.setHeader(name, value);
  if (bodiless || error.status === 304) {
    response.writeHead(error.status).end();
    return;
  }
  const { code: Code, message: Message } = error;
  send(response, error.status, { Error: { Code, Message, Resource: resource, RequestId: requestId } });
}

function send(response: ServerResponse, status: number, document: Content): void {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build(document)}`;
  response
    .writeHead(status, { 'Content-Type': 'application/xml', 'Content-Length': Buffer.byteLength(body) })
    .end(body);
}

/**
 * Parses a request's XML. A document type is refused: its entities can expand to gigabytes.
 * @throws S3Error MalformedXML if it is not well-formed or does not match the schema.
 */
export function readXml<S extends v.GenericSchema>(text: string, schema: S): v.InferOutput<S> {
  try {
    if (/<!DOCTYPE/i.test(text)) throw new Error('the document has a type');
    return v.parse(schema, parser.parse(text, true));
  } catch {
    throw new S3Error(
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our schema.',
    );
  }
}

/** A list of elements with the same name. The parser gives a single element without a list. */
export function listOf<S extends v.GenericSchema>(schema: S) {
  return v.pipe(
    v.union([
      v.array(schema),
      v.pipe(
        schema,
        v.transform((one) => [one]),
      ),
    ]),
  );
}
