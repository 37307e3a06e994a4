import { type IncomingHttpHeaders, request } from 'node:http'

/** The response to a request. Its body may be truncated. */
export type Exchange = {
  /** `null` if the connection broke before a response. */
  readonly status: number | null
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Whether the body has the length that Content-Length declares. */
  readonly isWhole: boolean
}

export type ExchangeRequest = {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Sends one request on its own connection. */
export const exchange = (
  url: string,
  { method = 'GET', headers = {} }: ExchangeRequest = {},
): Promise<Exchange> =>
  new Promise((resolve) => {
    const sent = request(url, { method, headers, agent: false })
    sent.on('error', () => resolve({ status: null, headers: {}, body: Buffer.alloc(0), isWhole: false }))
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      // A truncated body emits 'error', then 'close'.
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
    sent.end()
  })
