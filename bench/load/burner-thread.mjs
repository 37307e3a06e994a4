import { workerData } from 'node:worker_threads'

// A thread of burner.ts. It is JavaScript because the threads of Node 20 load no TypeScript.

/** Milliseconds of work between two looks at the time. */
const sliceMs = 1

const { cpu, startedAt, usedAtStart } = workerData
const nap = new Int32Array(new SharedArrayBuffer(4))

/** CPU seconds of all threads of the process. */
const used = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

// The thread works whenever the process has used less than it may.
for (;;) {
  if (used() - usedAtStart > (cpu * (Date.now() - startedAt)) / 1000) Atomics.wait(nap, 0, 0, sliceMs)
  else for (const until = performance.now() + sliceMs; performance.now() < until; );
}
