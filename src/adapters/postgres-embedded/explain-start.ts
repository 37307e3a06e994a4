import { open } from 'node:fs/promises'

/** Messages that the server logs for each connection attempt while it is not ready. */
const notReady =
  /starting up|shutting down|in recovery mode|not yet accepting connections|not accepting connections/

const errorMark = /\b(?:PANIC|FATAL|ERROR):\s*|\berror: /

/**
 * Explains a failed start from the log, which for this start begins at byte `from`. If the log has no error,
 * uses `failure`.
 */
export const explainStart = async (log: string, from: number, failure: Error): Promise<string> => {
  const lines = (await readFrom(log, from)).split('\n').filter((line) => !notReady.test(line))
  const cause =
    lines.findLast((line) => line.includes('PANIC:')) ??
    lines.findLast((line) => line.includes('FATAL:')) ??
    lines.findLast((line) => errorMark.test(line))
  const message = cause?.slice(errorMark.exec(cause)?.index ?? 0).replace(errorMark, '')
  return `PostgreSQL does not start: ${message || failure.message} (see ${log})`
}

/** Maximum number of bytes that are read from the log. */
const maxBytes = 4 * 1024 * 1024

const readFrom = async (log: string, from: number): Promise<string> => {
  // If the log cannot be read, `failure` is reported.
  const file = await open(log).catch(() => null)
  if (file === null) return ''
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, from)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}
