import { findProgram } from '../../sandbox/find-program.ts'
import type { SandboxFiles } from '../../sandbox/own-root.ts'
import { type SandboxCommand, sandboxCommand } from '../../sandbox/sandbox.ts'

/**
 * Wraps a command in the sandbox, with access to `files` and under `limits` (options of `prlimit`). If
 * `prlimit` is not installed, there are no limits.
 */
export const boundedCommand = (
  command: SandboxCommand,
  files: SandboxFiles,
  limits: ReadonlyArray<string>,
): Promise<SandboxCommand> => {
  const prlimit = findProgram('prlimit')
  if (prlimit === null) return sandboxCommand(command, files)
  const args = ['--core=0', ...limits, '--', command.program, ...command.args]
  return sandboxCommand({ program: prlimit, args }, files)
}

/**
 * Returns the environment variables of an engine. The variables of this process contain secrets, which a
 * decoder must not get.
 */
export const minimalEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  LC_ALL: 'C',
  AV_LOG_FORCE_NOCOLOR: '1',
})
