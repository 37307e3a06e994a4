import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { compiledLarder } from '../support/compiled-larder.ts'
import { registerWriter } from '../support/scratch.ts'

type ServerProcess = {
  readonly port: number
  /** Returns the standard output and standard error so far. */
  readonly output: () => string
  readonly isAlive: () => boolean
  readonly rssBytes: () => number
  readonly descriptors: () => number
  readonly stop: () => Promise<number | null>
}

const rss = (pid: number): number =>
  1024 * Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])

const untilListening = async (child: ChildProcess, output: () => string): Promise<number> => {
  while (child.exitCode === null) {
    const port = /^Larder answers at http:\/\/[\d.]+:(\d+)/m.exec(output())?.[1]
    if (port !== undefined) return Number(port)
    await Promise.race([once(child.stdout as NodeJS.ReadableStream, 'data'), once(child, 'exit')])
  }
  throw new Error(`the server ended: ${output()}`)
}

/** Starts `larder serve` as a process, which is observed through /proc. */
export const startServer = async (env: Readonly<Record<string, string>>): Promise<ServerProcess> => {
  const child = spawn(process.execPath, [compiledLarder(), 'serve'], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const forget = registerWriter({
    paths: Object.values(env),
    end: () => {
      child.kill('SIGKILL')
      return ended
    },
  })
  child.once('close', forget)
  const chunks: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => chunks.push(chunk))
  const output = () => Buffer.concat(chunks).toString()
  const port = await untilListening(child, output)
  const pid = child.pid ?? 0
  return {
    port,
    output,
    isAlive: () => child.exitCode === null && child.signalCode === null,
    rssBytes: () => rss(pid),
    descriptors: () => readdirSync(`/proc/${pid}/fd`).length,
    stop: async () => {
      const closed = once(child, 'close')
      child.kill('SIGTERM')
      await closed
      return child.exitCode
    },
  }
}
