import { request } from 'node:http'

/** How far a download came, none of which is held: `isRight` when all that came is what should have. */
export type Received = {
  readonly status: number | null
  readonly bytes: number
  readonly isRight: boolean
  /** Whether the body came to its announced end. */
  readonly isWhole: boolean
}

type Options = {
  readonly headers?: Readonly<Record<string, string>>
  readonly onBytes?: (count: number) => void
}

/** Compares what is sent with what should be, as it comes. */
export const receive = (
  url: string,
  expected: Buffer,
  { headers = {}, onBytes = () => undefined }: Options = {},
): Promise<Received> =>
  new Promise((resolve) => {
    const asked = request(url, { headers, agent: false })
    asked.on('error', () => resolve({ status: null, bytes: 0, isRight: true, isWhole: false }))
    asked.on('response', (response) => {
      let [bytes, isRight] = [0, true]
      response.on('data', (chunk: Buffer) => {
        isRight &&= expected.subarray(bytes, bytes + chunk.length).equals(chunk)
        bytes += chunk.length
        onBytes(chunk.length)
      })
      // A body that is cut off is an error, then a close.
      response.on('error', () => undefined)
      response.on('close', () => {
        const { statusCode: status = null, complete } = response
        resolve({ status, bytes, isRight, isWhole: complete && bytes === expected.length })
      })
    })
    asked.end()
  })
