import { findProgram } from '../sandbox/find-program.ts'
import { type Command, sandboxed } from '../sandbox/sandbox.ts'

/**
 * A command in the sandbox that runs behind others (`nice`), within limits (`prlimit`, in its own words). Each program
 * replaces itself by the next, so all are one process. Those that a system does not have are left out.
 */
export const bounded = ({ program, args }: Command, limits: ReadonlyArray<string>): Promise<Command> => {
  const wrappers = [
    ['prlimit', '--core=0', ...limits, '--'],
    ['nice', '-n', '10', '--'],
  ]
  const found = wrappers.flatMap(([name = '', ...options]) => {
    const wrapper = findProgram(name)
    return wrapper === null ? [] : [wrapper, ...options]
  })
  const [first = program, ...rest] = [...found, program, ...args]
  return sandboxed({ program: first, args: rest })
}

/** What an engine may know of where it runs: no secret among the settings reaches a decoder. */
export const bareEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  LC_ALL: 'C',
  AV_LOG_FORCE_NOCOLOR: '1',
})
