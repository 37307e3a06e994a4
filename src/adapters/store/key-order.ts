/** Orders keys by their UTF-8 bytes, as S3 lists them. */
export const compareKeysByBytes = (a: string, b: string): number =>
  Buffer.compare(Buffer.from(a), Buffer.from(b))
