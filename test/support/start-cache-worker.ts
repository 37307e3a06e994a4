import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type * as t from 'io-ts'
import * as io from 'io-ts'
import { E } from '../../src/fp.ts'
import type { ReadOrder } from './cache-worker.ts'
import { scratchFolder } from './scratch.ts'

const Answer = io.union([
  io.strict({ uid: io.string, sha256: io.string }),
  io.strict({ uid: io.string, began: io.boolean }),
  io.strict({ ready: io.boolean }),
])
type Answer = t.TypeOf<typeof Answer>

export type CacheWorker = {
  readonly child: ChildProcess
  /** Makes the worker read a blob. */
  readonly read: (order: t.TypeOf<typeof ReadOrder>) => {
    /** Resolves when the read has started. */
    readonly began: Promise<void>
    /** The sha256 of all bytes read. */
    readonly done: Promise<string>
  }
  readonly kill: () => Promise<void>
}

/** Bundles the worker into one file, which starts much faster than the TypeScript sources. */
export const buildCacheWorker = async (): Promise<string> => {
  const outfile = join(await scratchFolder(), 'cache-worker.cjs')
  const entry = fileURLToPath(new URL('./cache-worker.ts', import.meta.url))
  // Packages that the sources load by `require` are resolved from here: there are none beside the bundle.
  const define = { 'import.meta.url': JSON.stringify(import.meta.url) }
  await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'cjs', define, outfile })
  return outfile
}

export const startCacheWorker = async (
  program: string,
  dir: string,
  origin: string,
): Promise<CacheWorker> => {
  const child = fork(program, [dir, origin])
  const waiting = new Set<(answer: Answer) => void>()
  child.on('message', (message) => {
    const answer = Answer.decode(message)
    if (E.isRight(answer)) for (const listener of [...waiting]) listener(answer.right)
  })

  const waitForAnswer = <A>(pick: (answer: Answer) => A | null): Promise<A> =>
    new Promise((resolve, reject) => {
      const listener = (answer: Answer) => {
        const picked = pick(answer)
        if (picked === null) return
        waiting.delete(listener)
        resolve(picked)
      }
      waiting.add(listener)
      child.once('exit', () => reject(new Error('the worker has exited')))
    })

  await waitForAnswer((answer) => ('ready' in answer ? true : null))
  return {
    child,
    read: (order) => {
      child.send(order)
      const isOurs = (answer: Answer) => 'uid' in answer && answer.uid === order.uid
      const began = waitForAnswer((answer) => (isOurs(answer) ? true : null)).then(() => undefined)
      const done = waitForAnswer((answer) => (isOurs(answer) && 'sha256' in answer ? answer.sha256 : null))
      // A killed worker settles neither promise, so both are rejected. Without these handlers an unused one
      // would be an unhandled rejection.
      for (const promise of [began, done]) promise.catch(() => undefined)
      return { began, done }
    },
    kill: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}
