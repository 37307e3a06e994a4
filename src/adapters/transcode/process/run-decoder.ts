import { E } from '../../../fp.ts'
import { createLineSplitter } from '../../platform/line-splitter.ts'
import { spawnChild } from '../../platform/spawn-child.ts'
import type { SandboxFiles } from '../../sandbox/own-root.ts'
import type { EngineFailure } from '../engine.ts'
import { MAX_FILE_BYTES, MAX_MEMORY_BYTES } from './decoder-limits.ts'
import { boundedCommand, minimalEnvironment } from './launcher.ts'
import { type DecoderBounds, superviseDecoder, toEngineFailure } from './supervise.ts'

const LIMITS = [`--as=${MAX_MEMORY_BYTES}`, `--fsize=${MAX_FILE_BYTES}`]
/** Maximum number of characters that are stored of stdout, and of one line. */
const MAX_STDOUT = 8 * 2 ** 20
const MAX_LINE = 64 * 1024

type ProgramOutput = { readonly stdout: string; readonly stderr: string }

/**
 * Runs a program to its end. Error messages omit `path`, because file names are private. Calls `onLine`, if
 * given, with each line of stdout.
 */
export const runDecoder = async (
  program: string,
  args: ReadonlyArray<string>,
  path: string | null,
  files: SandboxFiles,
  bounds: DecoderBounds,
  onLine?: (line: string) => void,
): Promise<E.Either<EngineFailure, ProgramOutput>> => {
  const command = await boundedCommand({ program, args }, files, LIMITS)
  const child = spawnChild(command.program, command.args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: minimalEnvironment(),
    // A separate process group, so that Ctrl-C in the terminal sends its signal only to this process.
    detached: true,
  })
  let stdout = ''
  const keep = (text: string) => {
    stdout += text.slice(0, MAX_STDOUT - stdout.length)
  }
  const take = onLine === undefined ? keep : createLineSplitter(MAX_LINE, onLine).add
  child.stdout?.setEncoding('utf8').on('data', take)
  const end = await superviseDecoder(child, bounds)
  const failure = toEngineFailure(end, path)
  return failure === null ? E.right({ stdout, stderr: end.stderr }) : E.left(failure)
}
