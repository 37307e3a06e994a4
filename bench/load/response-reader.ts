/** A complete reply. */
export type Response = { readonly status: number; readonly bodyBytes: number }

const END_OF_HEAD = Buffer.from('\r\n\r\n')

/**
 * Parses the replies of an HTTP/1.1 connection just enough to find where each one ends. Body bytes are
 * counted without a copy, so that the caller can reuse its buffer at once. Throws for a reply without
 * Content-Length, which all measured servers send.
 */
export const createResponseReader = (onResponse: (response: Response) => void) => {
  let head: Buffer = Buffer.alloc(0)
  let response: Response | undefined
  let missing = 0

  const readHead = (chunk: Buffer): Buffer => {
    const all = head.length === 0 ? chunk : Buffer.concat([head, chunk])
    const end = all.indexOf(END_OF_HEAD)
    if (end === -1) {
      head = Buffer.from(all)
      return chunk.subarray(chunk.length)
    }
    response = responseOf(all.toString('latin1', 0, end))
    head = Buffer.alloc(0)
    missing = response.bodyBytes
    return all.subarray(end + END_OF_HEAD.length)
  }

  return (chunk: Buffer): void => {
    let rest = chunk
    while (rest.length > 0) {
      if (response === undefined) rest = readHead(rest)
      if (response === undefined) return

      const bodyBytes = Math.min(missing, rest.length)
      missing -= bodyBytes
      rest = rest.subarray(bodyBytes)
      if (missing > 0) return
      const complete = response
      response = undefined
      onResponse(complete)
    }
  }
}

const responseOf = (head: string): Response => {
  const status = Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length))
  if (status === 204 || status === 304) return { status, bodyBytes: 0 }
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
  if (length === undefined) throw new Error(`a reply of unknown length: ${head}`)
  return { status, bodyBytes: Number(length) }
}
