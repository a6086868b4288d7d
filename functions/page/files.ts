import * as v from 'valibot';

/** A file of the page, as the build stores it: compressed if that makes it smaller, else as it is. Bodies are in base64. */
const pageFile = v.object({
  type: v.string(),
  /** A hash of the content. */
  tag: v.string(),
  body: v.union([v.object({ br: v.string(), gzip: v.string() }), v.object({ identity: v.string() })]),
});

export const pageFiles = v.record(v.string(), pageFile);

export type PageFile = v.InferOutput<typeof pageFile>;

/** The page's files by their paths, without the first slash. */
export type PageFiles = Readonly<Record<string, PageFile>>;
