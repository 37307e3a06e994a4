import { writeSync } from 'node:fs'
import { createLineSplitter } from './line-splitter.ts'
import { MAX_MESSAGE_LENGTH, parseMessage, REPLY_FD } from './start-message-child.ts'

// The code for the child process that start-message-child.ts starts.

/** Sends a message to the parent. Returns when the message is in the pipe, so that the process may exit. */
export const replyToParent = (message: unknown): void => {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`)
  for (let sent = 0; sent < bytes.length; ) sent += writeSync(REPLY_FD, bytes, sent)
}

/**
 * Calls `onRequest` with the request. If `onRequest` rejects, this process prints the reason to standard
 * error and exits. The parent keeps the pipe open while it runs. When the pipe closes, the parent has ended,
 * so this process kills itself with SIGKILL: `process.exit` would wait for native code.
 */
export const receiveRequestFromParent = (onRequest: (request: unknown) => Promise<void>): void => {
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
