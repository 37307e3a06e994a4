import { runConnection } from './connection.ts'
import { percentilesOf } from './latencies.ts'
import type { Load, Measured } from './load.ts'

// After this many broken connections in a row there is nobody there to be measured.
const MAX_BROKEN = 100

/** Puts the load on, in this process. Throws when the server cannot be reached at all. */
export const runLoad = async (load: Load): Promise<Measured> => {
  const requests = load.paths.map((path) => requestFor(load, path))
  const started = performance.now()
  const from = started + load.warmupSeconds * 1000
  const until = from + load.seconds * 1000

  const latencies: number[] = []
  let asked = 0
  let bytes = 0
  let errors = 0
  let brokenInARow = 0
  let cpuBefore = process.cpuUsage()
  let warm = false

  const next = (): Buffer => {
    const request = requests[asked % requests.length]
    asked += 1
    if (request === undefined) throw new Error('a load needs at least one path')
    return request
  }

  const keepAsking = async (): Promise<void> => {
    while (performance.now() < until && brokenInARow < MAX_BROKEN) {
      await runConnection({
        host: load.host,
        port: load.port,
        next,
        onResponse: ({ status, bodyBytes }, milliseconds) => {
          const now = performance.now()
          brokenInARow = 0
          if (now >= from && !warm) {
            warm = true
            cpuBefore = process.cpuUsage()
          }
          if (now >= from && now < until) {
            if (status === load.status) {
              latencies.push(milliseconds)
              bytes += bodyBytes
            } else errors += 1
          }
          return now < until
        },
        onError: () => {
          errors += 1
          brokenInARow += 1
        },
      })
    }
  }
  await Promise.all(Array.from({ length: load.connections }, keepAsking))
  if (brokenInARow >= MAX_BROKEN) throw new Error(`nobody answers at ${load.host}:${load.port}`)

  const { user, system } = process.cpuUsage(cpuBefore)
  return {
    seconds: load.seconds,
    responses: latencies.length,
    errors,
    bytes,
    latency: percentilesOf(latencies),
    generatorLoad: (user + system) / 1e6 / load.seconds,
  }
}

const requestFor = ({ host, port, headers }: Load, path: string): Buffer => {
  const lines = Object.entries({ Host: `${host}:${port}`, ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  return Buffer.from([`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'), 'latin1')
}
