import { type IncomingHttpHeaders, request } from 'node:http'

/** What came back for a request, also when it was cut off. */
export type Exchange = {
  /** `null`: the connection broke before there was one. */
  readonly status: number | null
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Whether the body came to its announced end. */
  readonly isWhole: boolean
}

export type Asked = {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** One request on a connection of its own. */
export const exchange = (url: string, { method = 'GET', headers = {} }: Asked = {}): Promise<Exchange> =>
  new Promise((resolve) => {
    const asked = request(url, { method, headers, agent: false })
    asked.on('error', () => resolve({ status: null, headers: {}, body: Buffer.alloc(0), isWhole: false }))
    asked.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      // A body that is cut off is an error, then a close.
      response.on('error', () => undefined)
      response.on('close', () =>
        resolve({
          status: response.statusCode ?? null,
          headers: response.headers,
          body: Buffer.concat(chunks),
          isWhole: response.complete,
        }),
      )
    })
    asked.end()
  })
