import { setPriority } from 'node:os'
import { Worker } from 'node:worker_threads'

// Arguments: CPU seconds a second, number of threads, niceness.

const used = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

const [cpu = 0, threads = 1, niceness = 0] = process.argv.slice(2).map(Number)
// Threads inherit the niceness of the thread that starts them.
setPriority(niceness)
const workerData = { cpu, startedAt: Date.now(), usedAtStart: used() }
const thread = new URL('burner-thread.mjs', import.meta.url)
for (let n = 0; n < threads; n += 1) new Worker(thread, { workerData, execArgv: [] })
process.once('disconnect', () => process.exit())
process.once('message', () => {
  process.send?.({ bytes: 0, cpuSeconds: used() - workerData.usedAtStart }, () => process.exit())
})
process.send?.('works')
