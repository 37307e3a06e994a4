import { incompleteBody, invalidRequest } from './s3-error.ts'

/**
 * Removes the framing of `content-encoding: aws-chunked`: chunks of `{hex length}\r\n{bytes}\r\n`, of which
 * the last one is empty, then trailers of `{name}:{value}\r\n` and an empty line.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
 */
export const decodeChunks = (
  body: Buffer,
): { readonly bytes: Buffer; readonly trailers: ReadonlyMap<string, string> } => {
  const chunks: Buffer[] = []
  let offset = 0
  const line = (): string => {
    const end = body.indexOf('\r\n', offset)
    if (end < 0) throw incompleteBody()
    const text = body.toString('latin1', offset, end)
    offset = end + 2
    return text
  }

  for (let size = chunkSize(line()); size > 0; size = chunkSize(line())) {
    const chunk = body.subarray(offset, offset + size)
    if (chunk.length < size) throw incompleteBody()
    chunks.push(chunk)
    offset += size
    if (line() !== '') throw invalidRequest('A chunk is longer than it says')
  }

  const trailers = new Map<string, string>()
  for (let text = line(); text !== ''; text = line()) {
    const [name = '', value = ''] = text.split(/:(.*)/s)
    trailers.set(name.trim().toLowerCase(), value.trim())
  }
  if (offset !== body.length) throw invalidRequest('There are bytes after the trailers')
  return { bytes: Buffer.concat(chunks), trailers }
}

const chunkSize = (line: string): number => {
  if (!/^[0-9a-f]{1,8}$/i.test(line)) throw invalidRequest('A chunk does not start with its size')
  return Number.parseInt(line, 16)
}
