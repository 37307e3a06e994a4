import type { ChildProcess } from 'node:child_process'
import type { Readable } from 'node:stream'
import { createLineSplitter } from './line-splitter.ts'
import { spawnChild } from './spawn-child.ts'

/** Maximum length of a message in characters. The requests and replies of Larder are far shorter. */
export const MAX_MESSAGE_LENGTH = 8 * 2 ** 20

/** The child's file descriptor for replies. */
export const REPLY_FD = 3

/** The command that runs Node.js. `args` come before the path of the module. */
export type MessageChildCommand = {
  readonly program: string
  readonly args: ReadonlyArray<string>
  readonly env: NodeJS.ProcessEnv
  /** Whether the child gets a separate process group. */
  readonly detached?: boolean
}

/**
 * Starts a module of Larder in a child process, and sends it one request. Calls `onReply` with each reply,
 * and with `undefined` for a malformed reply. A message is one line of JSON (see answer-parent.ts). Node's
 * own channel (`fork`) is not used, because it would buffer a message of any length, and a decoder that a
 * hostile file has taken over can send anything.
 */
export const startMessageChild = (
  module: string,
  request: unknown,
  { program, args, env, detached = false }: MessageChildCommand,
  onReply: (reply: unknown) => void,
): ChildProcess => {
  const child = spawnChild(program, [...args, module], {
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    env,
    detached,
  })
  // If the child exits before it reads the request, callers see the exit, so the error of the write is
  // ignored. If the child could not be started, it has no streams.
  child.stdin?.on('error', () => {})
  child.stdin?.write(`${JSON.stringify(request)}\n`)
  const replies = child.stdio?.[REPLY_FD] as Readable | null | undefined
  const lines = createLineSplitter(MAX_MESSAGE_LENGTH, (line) => onReply(parseMessage(line)))
  replies?.setEncoding('utf8').on('data', lines.add)
  return child
}

export const parseMessage = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
