import { runConnection } from './connection.ts'
import { cpuSecondsOf } from './cpu-seconds.ts'
import { percentilesOf } from './latencies.ts'
import type { Answer, Load } from './load.ts'

// Number of consecutive broken connections after which the server counts as unreachable.
const MAX_BROKEN = 100

/** Runs a load in this process. Throws if no server is reachable, or if a reply cannot be parsed. */
export const runLoad = async (load: Load): Promise<Answer> => {
  const requests = load.paths.map((path) => requestFor(load, path))
  const from = performance.now() + load.warmupSeconds * 1000
  const until = from + load.seconds * 1000

  const firstBytes: number[] = []
  const latencies: number[] = []
  let requestCount = 0
  let bytes = 0
  let errors = 0
  let brokenInARow = 0
  let cpu = process.cpuUsage()
  let isWarm = false
  const serverCpu = async () => (load.serverPid === null ? null : cpuSecondsOf(load.serverPid))
  let cpuAtStart = serverCpu()

  const next = (): Buffer => {
    const request = requests[requestCount % requests.length]
    requestCount += 1
    if (request === undefined) throw new Error('a load needs at least one path')
    return request
  }

  const runConnections = async (): Promise<void> => {
    let remaining = load.repliesEach ?? Number.POSITIVE_INFINITY
    while (remaining > 0 && performance.now() < until && brokenInARow < MAX_BROKEN) {
      await runConnection({
        host: load.host,
        port: load.port,
        next,
        onResponse: ({ status, bodyBytes }, timing) => {
          const now = performance.now()
          brokenInARow = 0
          remaining -= 1
          if (!isWarm && now >= from) {
            isWarm = true
            cpu = process.cpuUsage()
            cpuAtStart = serverCpu()
          }
          if (isWarm && now < until) {
            if (status === load.status) {
              firstBytes.push(timing.firstByte)
              latencies.push(timing.whole)
              bytes += bodyBytes
            } else errors += 1
          }
          return remaining > 0 && now < until
        },
        onError: () => {
          errors += 1
          brokenInARow += 1
        },
      })
    }
  }
  await Promise.all(Array.from({ length: load.connections }, runConnections))
  if (brokenInARow >= MAX_BROKEN) throw new Error(`no server answers at ${load.host}:${load.port}`)

  const seconds = Math.min(performance.now() - from, load.seconds * 1000) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const [serverUntil, serverStart] = [await serverCpu(), await cpuAtStart]
  return {
    measured: {
      generator: 'own',
      seconds,
      responses: latencies.length,
      errors,
      bytes,
      firstByte: percentilesOf(firstBytes),
      latency: percentilesOf(latencies),
      generatorLoad: (user + system) / 1e6 / seconds,
    },
    cpuSeconds: serverUntil === null || serverStart === null ? null : serverUntil - serverStart,
  }
}

const requestFor = ({ host, port, headers }: Load, path: string): Buffer => {
  const lines = Object.entries({ Host: `${host}:${port}`, ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  return Buffer.from([`GET ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n'), 'latin1')
}
