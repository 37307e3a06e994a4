import { writeSync } from 'node:fs'
import { createLineSplitter } from './line-splitter.ts'
import { MAX_MESSAGE_LENGTH, parseMessage, REPLY_FD } from './start-message-child.ts'

// The code for the child process that start-message-child.ts starts.

/** Returns once the message is in the pipe, so that the process may exit. */
export const replyToParent = (message: unknown): void => {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`)
  for (let sent = 0; sent < bytes.length; ) sent += writeSync(REPLY_FD, bytes, sent)
}

/**
 * Calls back with the request. If that fails, this process ends, with the reason in its standard error. The parent never
 * closes the pipe while it runs: when it has exited, SIGKILL ends this process, as `process.exit` would wait for native
 * code.
 */
export const receiveRequest = (onRequest: (request: unknown) => Promise<void>): void => {
  let isReceived = false
  const lines = createLineSplitter(MAX_MESSAGE_LENGTH, (line) => {
    if (isReceived) return
    isReceived = true
    onRequest(parseMessage(line)).catch((cause: unknown) => {
      process.stderr.write(`${cause instanceof Error ? cause.stack : cause}\n`)
      process.exit(1)
    })
  })
  process.stdin
    .setEncoding('utf8')
    .on('data', lines.add)
    .once('close', () => process.kill(process.pid, 'SIGKILL'))
}
