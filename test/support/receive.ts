import { request } from 'node:http'

/**
 * The progress of a download whose bytes are not stored. `isRight`: whether all received bytes are as
 * expected.
 */
type Received = {
  readonly status: number | null
  readonly bytes: number
  readonly isRight: boolean
  /** Whether the body has the length that Content-Length declares. */
  readonly isWhole: boolean
}

type Options = {
  readonly headers?: Readonly<Record<string, string>>
  readonly onBytes?: (count: number) => void
}

/** Downloads a URL, and compares the bytes with `expected` as they arrive. */
export const receive = (
  url: string,
  expected: Buffer,
  { headers = {}, onBytes = () => undefined }: Options = {},
): Promise<Received> =>
  new Promise((resolve) => {
    const sent = request(url, { headers, agent: false })
    sent.on('error', () => resolve({ status: null, bytes: 0, isRight: true, isWhole: false }))
    sent.on('response', (response) => {
      let [bytes, isRight] = [0, true]
      response.on('data', (chunk: Buffer) => {
        isRight &&= expected.subarray(bytes, bytes + chunk.length).equals(chunk)
        bytes += chunk.length
        onBytes(chunk.length)
      })
      // A truncated body emits 'error', then 'close'.
      response.on('error', () => undefined)
      response.on('close', () => {
        const { statusCode: status = null, complete } = response
        resolve({ status, bytes, isRight, isWhole: complete && bytes === expected.length })
      })
    })
    sent.end()
  })
