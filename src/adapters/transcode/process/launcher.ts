import { findProgram } from '../../sandbox/find-program.ts'
import type { SandboxFiles } from '../../sandbox/own-root.ts'
import { type SandboxCommand, sandboxCommand } from '../../sandbox/sandbox.ts'

/**
 * A command in the sandbox, with these files, within limits (`prlimit`, in its own words). A system that does not have
 * that program has no limits.
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

/** What an engine may know of where it runs: no secret among the settings reaches a decoder. */
export const bareEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  LC_ALL: 'C',
  AV_LOG_FORCE_NOCOLOR: '1',
})
