import { open } from 'node:fs/promises'

/** What a server that is not up yet tells those who ask, as often as they do. */
const refusal =
  /starting up|shutting down|in recovery mode|not yet accepting connections|not accepting connections/

const saysWhy = /\b(?:PANIC|FATAL|ERROR):\s*|\berror: /

/** What a server said when it died, or how it ended. Its start began at the byte `from` of the log. */
export const explainStart = async (log: string, from: number, failure: Error): Promise<string> => {
  const lines = (await readFrom(log, from)).split('\n').filter((line) => !refusal.test(line))
  const cause =
    lines.findLast((line) => line.includes('PANIC:')) ??
    lines.findLast((line) => line.includes('FATAL:')) ??
    lines.findLast((line) => saysWhy.test(line))
  const said = cause?.slice(saysWhy.exec(cause)?.index ?? 0).replace(saysWhy, '')
  return `PostgreSQL does not start: ${said || failure.message} (see ${log})`
}

/** Of a start that made a lot of noise, the beginning. */
const most = 4 * 1024 * 1024

const readFrom = async (log: string, from: number): Promise<string> => {
  // Where it cannot be read, how the server ended is told.
  const file = await open(log).catch(() => null)
  if (file === null) return ''
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(most), 0, most, from)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await file.close()
  }
}
