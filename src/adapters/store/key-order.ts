/** Compares keys by their UTF-8 bytes, the order of S3 listings. */
export const compareKeysByBytes = (a: string, b: string): number =>
  Buffer.compare(Buffer.from(a), Buffer.from(b))
