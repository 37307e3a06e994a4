import { type ExecFileOptions, execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { errnoOf, isMissing } from './errno.ts'

const run = promisify(execFile)

/**
 * Runs a program to its end. Throws an error with its last words: Node's own message is the whole command line, with
 * the scripts of Larder in it, and says nothing to who reads it.
 */
export const runProgram = async (
  program: string,
  args: ReadonlyArray<string>,
  options: Pick<ExecFileOptions, 'cwd' | 'env' | 'timeout'> = {},
): Promise<void> => {
  try {
    await run(program, [...args], options)
  } catch (cause) {
    throw new Error(`${program}: ${lastWords(cause)}`, { cause })
  }
}

const saysWhy = /\b(?:error|fatal|panic)\b:/i

const lastWords = (cause: unknown): string => {
  if (isMissing(cause)) return 'there is no such program'
  const { stderr, code, signal } = cause as {
    readonly stderr?: string
    readonly code?: number | string
    readonly signal?: string
  }
  const lines = stderr?.trim().split('\n') ?? []
  // What it says last may be what it cleaned up.
  const said = lines.find((line) => saysWhy.test(line)) ?? lines.at(-1)
  return said || errnoOf(cause) || (signal ? `ended by ${signal}` : `ended with code ${code}`)
}
