import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** Runs a program. Returns the CPU seconds that it and its child processes used. */
export const cpuSecondsOfRun = async (program: string, ...args: ReadonlyArray<string>): Promise<number> => {
  const script = 'exec 3>&2; TIMEFORMAT="%U %S"; { time "$@" >/dev/null 2>&3; } 2>&1'
  const { stdout } = await promisify(execFile)('bash', ['-c', script, 'bash', program, ...args])
  const [user = Number.NaN, system = Number.NaN] = stdout.trim().split(' ').map(Number)
  return user + system
}
