import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { E } from '../../../fp.ts'
import type { SandboxFiles } from '../../sandbox/own-root.ts'
import type { EngineFailure } from '../engine.ts'
import { bareEnvironment, boundedCommand } from './launcher.ts'
import { MAX_FILE_BYTES, MAX_MEMORY_BYTES } from './limits.ts'
import { type DecoderBounds, failureOf, superviseDecoder } from './supervise.ts'

const LIMITS = [`--as=${MAX_MEMORY_BYTES}`, `--fsize=${MAX_FILE_BYTES}`]
const MAX_STDOUT = 8 * 2 ** 20

type Ran = { readonly stdout: string; readonly stderr: string }

/** Runs a program to its end. `path` is what is not to be told. With `onLine`, stdout is read line by line. */
export const runDecoder = async (
  program: string,
  args: ReadonlyArray<string>,
  path: string | null,
  files: SandboxFiles,
  bounds: DecoderBounds,
  onLine?: (line: string) => void,
): Promise<E.Either<EngineFailure, Ran>> => {
  const command = await boundedCommand({ program, args }, files, LIMITS)
  const child = spawn(command.program, command.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: bareEnvironment(),
    // A Ctrl-C on the terminal is for us: we decide when the work ends.
    detached: true,
  })
  let stdout = ''
  if (onLine === undefined) {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout = (stdout + text).slice(0, MAX_STDOUT)
    })
  } else createInterface(child.stdout).on('line', onLine)
  const ended = await superviseDecoder(child, bounds)
  const failure = failureOf(ended, path)
  return failure === null ? E.right({ stdout, stderr: ended.stderr }) : E.left(failure)
}
