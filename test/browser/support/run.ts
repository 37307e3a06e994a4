import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

export type ProcessResult = { readonly code: number | null; readonly out: string; readonly err: string }

/** Runs a program to its end, for at most two minutes. Throws if the program is not installed. */
export const runProcess = async (
  program: string,
  args: ReadonlyArray<string>,
  timeout = 120_000,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ProcessResult> => {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout, env })
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code, out, err }
}
