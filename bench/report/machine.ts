import { cpus, release, totalmem } from 'node:os'
import { wrkVersion } from '../load/wrk.ts'
import { nginxVersion } from '../peers/nginx.ts'

/** Returns those properties of the machine that affect the figures. */
export const machineFacts = async () => ({
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryBytes: totalmem(),
  kernel: release(),
  node: process.version,
  nginx: (await nginxVersion()) ?? null,
  wrk: (await wrkVersion()) ?? null,
})
