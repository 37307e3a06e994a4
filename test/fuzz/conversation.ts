import { connect, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { readResponses, type WireResponse } from '../support/strict-responses.ts'
import { checkResponse } from './check-response.ts'
import { createDice, type Dice } from './dice.ts'
import type { KnownReply } from './known-replies.ts'
import type { FuzzLibrary } from './library.ts'
import { type FuzzRequest, makeRequest } from './requests.ts'

/** The result of a conversation: the statuses of its replies, or its fault. */
type Outcome = {
  readonly statuses: ReadonlyArray<number>
  readonly fault: { readonly what: string; readonly sent: string; readonly received: string } | null
}

/**
 * How the client ends the connection. `half`: it closes only its sending side. `reset`: it resets the
 * connection.
 */
type Ending = 'whole' | 'half' | 'reset'

/** A missing reply is a fault after this time, which is long enough for a busy machine. */
const replyTimeoutMilliseconds = 60_000

const makeRequests = (
  dice: Dice,
  knownReplies: ReadonlyArray<KnownReply>,
  library: FuzzLibrary,
): FuzzRequest[] => {
  const requests: FuzzRequest[] = []
  const count = dice.chance(0.5) ? 1 + dice.below(3) : 1 + dice.below(12)
  while (requests.length < count) {
    const request = makeRequest(dice, knownReplies, library)
    requests.push(request)
    if (request.endsConnection) break
  }
  return requests
}

const write = async (socket: Socket, bytes: Buffer, dice: Dice): Promise<void> => {
  if (dice.chance(0.7)) {
    socket.write(bytes)
    return
  }
  for (let at = 0; at < bytes.length && socket.writable; ) {
    const size = 1 + dice.below(Math.max(1, bytes.length / 3))
    socket.write(bytes.subarray(at, at + size))
    at += size
    await nextTurn()
  }
}

type Received = { readonly responses: ReadonlyArray<WireResponse>; readonly rest: Buffer }

/** Collects chunks, and parses each response as soon as it is complete. */
const createReceiver = (methods: ReadonlyArray<string>) => {
  const responses: WireResponse[] = []
  let chunks: Buffer[] = []
  let missing = 1
  let finals = 0
  const read = (): void => {
    const parsed = readResponses(Buffer.concat(chunks), methods.slice(finals))
    responses.push(...parsed.responses)
    finals += parsed.responses.filter(({ status }) => status >= 200).length
    chunks = parsed.rest.length === 0 ? [] : [parsed.rest]
    missing = parsed.missing
  }
  return {
    /** Returns whether all requests have a reply. Throws if the bytes are not a response. */
    take: (chunk: Buffer): boolean => {
      chunks.push(chunk)
      missing -= chunk.length
      if (missing <= 0) read()
      return finals === methods.length
    },
    received: (): Received => ({ responses, rest: Buffer.concat(chunks) }),
  }
}

const converse = async (
  port: number,
  requests: ReadonlyArray<FuzzRequest>,
  ending: Ending,
  dice: Dice,
): Promise<Received> => {
  const receiver = createReceiver(requests.map(({ expectation }) => expectation.method))
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const done = new Promise<void>((resolve, reject) => {
    const timeout = setTimeout(() => reject(new Error('no answer')), replyTimeoutMilliseconds)
    socket.on('data', (chunk) => {
      try {
        if (receiver.take(chunk)) resolve()
      } catch (error) {
        reject(error)
      }
    })
    for (const event of ['end', 'error', 'close']) socket.on(event, () => resolve())
    socket.on('close', () => clearTimeout(timeout))
  })
  await write(socket, Buffer.concat(requests.map(({ bytes }) => bytes)), dice)
  if (ending === 'half') socket.end()
  if (ending === 'reset') socket.resetAndDestroy()
  try {
    await done
  } finally {
    socket.destroy()
  }
  return receiver.received()
}

/** Checks all responses. Throws at the first fault. */
const check = (
  { responses, rest }: Received,
  requests: ReadonlyArray<FuzzRequest>,
  ending: Ending,
): ReadonlyArray<number> => {
  const finals = responses.filter(({ status }) => status >= 200)
  for (const [at, response] of finals.entries()) {
    const expectation = requests[at]?.expectation
    if (expectation === undefined) throw new Error('a response too many')
    try {
      checkResponse(expectation, response)
    } catch (error) {
      const { message } = error as Error
      throw new Error(
        `response ${at + 1} of ${finals.length} (${expectation.knownReply?.name ?? 'none known'}): ${message}`,
      )
    }
  }
  const mayEnd = finals.at(-1)?.headers.connection === 'close'
  if (ending !== 'whole') return finals.map(({ status }) => status)
  if (rest.length > 0) throw new Error(`${rest.length} bytes of a response that is not whole`)
  if (finals.length < requests.length && !mayEnd)
    throw new Error(`${finals.length} of ${requests.length} are answered`)
  if (responses.length !== finals.length) throw new Error('an interim response')
  return finals.map(({ status }) => status)
}

const printable = (bytes: Buffer): string => JSON.stringify(bytes.subarray(0, 1500).toString('latin1'))

const describe = ({ responses, rest }: Received): string =>
  [
    ...responses.map(
      ({ status, headers, body }) => `${status} ${JSON.stringify(headers)} ${body.length} bytes`,
    ),
    printable(rest),
  ].join('\n            ')

type Conversation = { readonly requests: number; readonly run: () => Promise<Outcome> }

/** Creates the conversation with this number. It has its own connection. */
export const createConversation = (
  port: number,
  { seed, number }: { readonly seed: number; readonly number: number },
  knownReplies: ReadonlyArray<KnownReply>,
  library: FuzzLibrary,
): Conversation => {
  const dice = createDice(seed, number)
  const requests = makeRequests(dice, knownReplies, library)
  const ending: Ending = dice.chance(0.9) ? 'whole' : dice.pick(['half', 'reset'])

  const run = async (): Promise<Outcome> => {
    let received: Received = { responses: [], rest: Buffer.alloc(0) }
    try {
      received = await converse(port, requests, ending, dice)
      return { statuses: check(received, requests, ending), fault: null }
    } catch (error) {
      const sent = printable(Buffer.concat(requests.map(({ bytes }) => bytes)))
      const what = `${(error as Error).message} (ending: ${ending})`
      return { statuses: [], fault: { what, sent, received: describe(received) } }
    }
  }
  return { requests: requests.length, run }
}
