import { runConnection } from './connection.ts'
import { cpuSecondsOf } from './cpu-seconds.ts'
import { percentilesOf } from './latencies.ts'
import type { Answer, Load } from './load.ts'

// After this many broken connections in a row there is no server to measure.
const MAX_BROKEN = 100

/** Puts the load on, in this process. Throws when no server answers, or when its replies cannot be parsed. */
export const runLoad = async (load: Load): Promise<Answer> => {
  const requests = load.paths.map((path) => requestFor(load, path))
  const from = performance.now() + load.warmupSeconds * 1000
  const until = from + load.seconds * 1000

  const firstBytes: number[] = []
  const latencies: number[] = []
  let asked = 0
  let bytes = 0
  let errors = 0
  let brokenInARow = 0
  let cpu = process.cpuUsage()
  let isWarm = false
  const serverCpu = async () => (load.serverPid === null ? null : cpuSecondsOf(load.serverPid))
  let serverFrom = serverCpu()

  const next = (): Buffer => {
    const request = requests[asked % requests.length]
    asked += 1
    if (request === undefined) throw new Error('a load needs at least one path')
    return request
  }

  const keepAsking = async (): Promise<void> => {
    let missing = load.repliesEach ?? Number.POSITIVE_INFINITY
    while (missing > 0 && performance.now() < until && brokenInARow < MAX_BROKEN) {
      await runConnection({
        host: load.host,
        port: load.port,
        next,
        onResponse: ({ status, bodyBytes }, took) => {
          const now = performance.now()
          brokenInARow = 0
          missing -= 1
          if (!isWarm && now >= from) {
            isWarm = true
            cpu = process.cpuUsage()
            serverFrom = serverCpu()
          }
          if (isWarm && now < until) {
            if (status === load.status) {
              firstBytes.push(took.firstByte)
              latencies.push(took.whole)
              bytes += bodyBytes
            } else errors += 1
          }
          return missing > 0 && now < until
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

  const seconds = Math.min(performance.now() - from, load.seconds * 1000) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const [serverUntil, serverStart] = [await serverCpu(), await serverFrom]
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
