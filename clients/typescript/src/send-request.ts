import { LarderError } from './larder-error.ts'
import type { CallControl, RawBody } from './operation-types.ts'
import { errorOfReply } from './reply-error.ts'
import { backOff, realTimers, type Timers } from './timers.ts'

/** A token, or a function that is called before each request, and can renew it. */
export type TokenSource = string | (() => string | Promise<string>)

export type ClientOptions = {
  /** Where Larder is, such as `https://media.example.com`. */
  readonly baseUrl: string | URL
  /** An id token of an admin, a media token, or none for public files. It is sent in a header. */
  readonly token?: TokenSource
  /** How long a reply may take, 30 if absent. */
  readonly timeoutSeconds?: number
  /** How often a GET is repeated after a 503 with `Retry-After`, or without a reply; 2 if absent. */
  readonly retries?: number
  /** Sends the requests instead of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch
  /** The clock and the waits, for tests. */
  readonly timers?: Timers
}

export type RequestParts = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: RawBody | null
}

/** The longest `Retry-After` for which a call waits, in seconds. A longer one is left to the caller. */
const longestWait = 60

/** A request whose reply has a time limit until `disarm`. */
const limited = (seconds: number, signal: AbortSignal | undefined) => {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(), seconds * 1000)
  return {
    signal: signal === undefined ? limit.signal : AbortSignal.any([limit.signal, signal]),
    isOver: () => limit.signal.aborted,
    disarm: () => clearTimeout(timer),
  }
}

const mayRepeat = (method: string, error: unknown): error is LarderError =>
  method === 'GET' &&
  error instanceof LarderError &&
  (error.type === 'unreachable' ||
    (error.status === 503 && error.retryAfterSeconds !== null && error.retryAfterSeconds <= longestWait))

/** Returns a function that sends requests with a token, limits of time, and safe retries. */
export const createSender = (options: ClientOptions) => {
  const { token, timeoutSeconds = 30, retries = 2, timers = realTimers } = options
  const send: typeof globalThis.fetch = options.fetch ?? ((...given) => globalThis.fetch(...given))

  const authorization = async (): Promise<Readonly<Record<string, string>>> => {
    const jwt = typeof token === 'function' ? await token() : token
    return jwt === undefined ? {} : { authorization: `bearer ${jwt}` }
  }

  const attempt = async <A>(
    { method, url, headers, body }: RequestParts,
    control: CallControl,
    read: (response: Response) => Promise<A>,
  ): Promise<A> => {
    const { accept = 'application/json, */*;q=0.9', signal } = control
    const credential = await authorization()
    const seconds = control.timeoutSeconds ?? timeoutSeconds
    const limit = limited(seconds, signal)
    /** Is there as soon as the headers are. */
    let requestId: string | null = null
    try {
      // A redirect is not followed: the token is meant for this server.
      const response = await send(url, {
        method,
        headers: { accept, ...credential, ...headers },
        body,
        signal: limit.signal,
        redirect: 'manual',
      })
      requestId = response.headers.get('x-request-id')
      if (!response.ok && response.status !== 304) throw await errorOfReply(response)
      return await read(response)
    } catch (error) {
      if (error instanceof LarderError) throw error
      if (signal?.aborted) throw signal.reason
      if (limit.isOver())
        throw new LarderError({
          type: 'timed_out',
          requestId,
          message: `no reply within ${seconds} s`,
          cause: error,
        })
      throw new LarderError({
        type: 'unreachable',
        requestId,
        message: `no reply from ${new URL(url).origin}`,
        cause: error,
      })
    } finally {
      limit.disarm()
    }
  }

  const sendRepeatedly = async <A>(
    parts: RequestParts,
    control: CallControl,
    read: (response: Response) => Promise<A>,
  ): Promise<A> => {
    for (let failures = 0; ; failures += 1)
      try {
        return await attempt(parts, control, read)
      } catch (error) {
        if (failures >= retries || !mayRepeat(parts.method, error)) throw error
        const wait = error.retryAfterSeconds === null ? backOff(failures) : error.retryAfterSeconds * 1000
        await timers.sleep(wait, control.signal)
      }
  }

  return { send: sendRepeatedly, authorization }
}
