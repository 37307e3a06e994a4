import { type ExecFileOptions, execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { errnoOf, isNotFound } from './errno.ts'

const run = promisify(execFile)

/**
 * Runs a program to its end. Throws an error with the relevant line of the program's output. Node's own
 * message would be the whole command line, including Larder's scripts.
 */
export const runProgram = async (
  program: string,
  args: ReadonlyArray<string>,
  options: Pick<ExecFileOptions, 'cwd' | 'env' | 'timeout'> = {},
): Promise<void> => {
  try {
    await run(program, [...args], options)
  } catch (cause) {
    throw new Error(`${program}: ${reasonOf(cause)}`, { cause })
  }
}

const errorMark = /\b(?:error|fatal|panic)\b:/i

const reasonOf = (cause: unknown): string => {
  if (isNotFound(cause)) return 'there is no such program'
  const { stderr, code, signal } = cause as {
    readonly stderr?: string
    readonly code?: number | string
    readonly signal?: string
  }
  const lines = stderr?.trim().split('\n') ?? []
  // The last line may be about cleanup, so a line that reports an error is preferred.
  const message = lines.find((line) => errorMark.test(line)) ?? lines.at(-1)
  return message || errnoOf(cause) || (signal ? `ended by ${signal}` : `ended with code ${code}`)
}
