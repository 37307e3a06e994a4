import { fork } from 'node:child_process'
import { once } from 'node:events'

type ProbeResult = { readonly milliseconds: ReadonlyArray<number>; readonly failed: number }

type HealthProbe = { readonly stop: () => Promise<ProbeResult> }

// The probe runs in its own process, because load that this process generates would delay it.
const probe = `
const { get } = require('node:http')
const [, port] = process.argv
const milliseconds = []
let failed = 0
let isStopped = false
process.on('message', () => { isStopped = true })
const ask = () => {
  if (isStopped) return process.send({ milliseconds, failed }, () => process.exit())
  const started = performance.now()
  const end = (isWell) => {
    if (isWell) milliseconds.push(performance.now() - started)
    else failed += 1
    setTimeout(ask, 20)
  }
  get({ port, host: '127.0.0.1', path: '/healthz', agent: false }, (res) => res.resume().on('end', () => end(res.statusCode === 200)))
    .on('error', () => end(false))
}
ask()
`

/** Requests /healthz, each time on a new connection, until it is stopped. */
export const startHealthProbe = (port: number): HealthProbe => {
  const child = fork('', [], { execArgv: ['-e', probe, String(port)] })
  return {
    stop: async () => {
      child.send('stop')
      const [result] = await once(child, 'message')
      return result as ProbeResult
    },
  }
}

export const quantile = (values: ReadonlyArray<number>, q: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN
}
