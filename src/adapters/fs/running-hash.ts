import { Worker } from 'node:worker_threads'
import type { HashState } from '../../domain/upload/upload.ts'
import type { HashReply, HashRequest, HashValue } from './hash-thread.mjs'

/**
 * SHA-512 of bytes that arrive in pieces. Its state can be saved, which that of `node:crypto` cannot, so that another
 * process continues without reading the bytes again. A thread of its own computes it, because the requests of viewers
 * would wait for it otherwise.
 */
export type RunningHash = {
  /**
   * Adds the first `length` bytes of some memory, which is taken away, and comes back with the result. Later calls may be made
   * before it.
   */
  readonly update: (memory: ArrayBuffer, length: number) => Promise<ArrayBuffer>
  /** Returns the state after all updates. */
  readonly save: () => Promise<HashState>
  /** Returns the digest of all updates in lower-case hex. Ends the hash. */
  readonly digest: () => Promise<string>
  /** Ends the hash. */
  readonly close: () => void
}

type Question = HashRequest extends infer Request
  ? Request extends HashRequest
    ? Omit<Request, 'call'>
    : never
  : never

type HashThread = {
  readonly ask: (question: Question, memory?: ArrayBuffer) => Promise<HashValue>
}

type Waiting = {
  readonly resolve: (value: HashValue) => void
  readonly reject: (error: Error) => void
}

const threadScript = new URL('./hash-thread.mjs', import.meta.url)

/**
 * Starts the thread. `onEnd`: is called when it has ended. From then on each question fails, so that an upload fails, and is
 * continued by the next request in another thread.
 */
export const startHashThread = (onEnd: () => void, script = threadScript): HashThread => {
  const worker = new Worker(script, { execArgv: [] })
  const waiting = new Map<number, Waiting>()
  let calls = 0
  let end: Error | null = null

  const fail = (error: Error): void => {
    end ??= error
    for (const { reject } of waiting.values()) reject(end)
    waiting.clear()
    onEnd()
  }
  worker.on('error', (error) => fail(error instanceof Error ? error : new Error(String(error))))
  worker.on('exit', () => fail(new Error('the thread of hashes has ended')))
  worker.on('message', (reply: HashReply) => {
    const asked = waiting.get(reply.call)
    waiting.delete(reply.call)
    // A process may end while it waits for nothing but the next question.
    if (waiting.size === 0) worker.unref()
    if ('error' in reply) asked?.reject(new Error(reply.error))
    else asked?.resolve(reply.value)
  })
  worker.unref()

  return {
    ask: (question, memory) =>
      new Promise((resolve, reject) => {
        if (end !== null) return reject(end)
        calls += 1
        waiting.set(calls, { resolve, reject })
        worker.ref()
        worker.postMessage({ ...question, call: calls }, memory === undefined ? [] : [memory])
      }),
  }
}

let thread: HashThread | null = null
let hashes = 0

/** All hashes of a process share a thread, which starts with the first of them. */
const sharedThread = (): HashThread => {
  if (thread !== null) return thread
  const started = startHashThread(() => {
    if (thread === started) thread = null
  })
  thread = started
  return started
}

/** Continues from a saved state; `null`: from the start. Throws if the state was saved by another version of the hash. */
export const createRunningHash = async (from: HashState | null): Promise<RunningHash> => {
  const { ask } = sharedThread()
  hashes += 1
  const hash = hashes
  const close = (): void => {
    // A thread that has ended has no hashes.
    ask({ does: 'close', hash }).catch(() => undefined)
  }
  try {
    await ask({ does: 'open', hash, state: from === null ? null : Buffer.from(from.sha512, 'base64') })
  } catch (error) {
    close()
    throw error
  }
  return {
    update: async (memory, length) => {
      const back = await ask({ does: 'update', hash, bytes: new Uint8Array(memory, 0, length) }, memory)
      return (back as Uint8Array<ArrayBuffer>).buffer
    },
    save: async () => ({
      sha512: Buffer.from((await ask({ does: 'save', hash })) as Uint8Array).toString('base64'),
    }),
    digest: async () => {
      const digest = (await ask({ does: 'digest', hash })) as string
      close()
      return digest
    },
    close,
  }
}
