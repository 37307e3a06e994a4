import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where a program is, by PATH; `null` when it is not. */
export const findProgram = (name: string): string | null => {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null
}

const isExecutable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export type Command = { readonly program: string; readonly args: ReadonlyArray<string> }

/**
 * A command that runs behind others (`nice`), within limits (`prlimit`, in its own words), and dies with this process
 * even if that is killed (`setpriv`). Each of them replaces itself by the next, so all are one process. Those that a
 * system does not have are left out.
 */
export const bounded = ({ program, args }: Command, limits: ReadonlyArray<string>): Command => {
  const wrappers = [
    ['setpriv', '--pdeathsig', 'KILL', '--'],
    ['prlimit', '--core=0', ...limits, '--'],
    ['nice', '-n', '10', '--'],
  ]
  const found = wrappers.flatMap(([name = '', ...options]) => {
    const wrapper = findProgram(name)
    return wrapper === null ? [] : [wrapper, ...options]
  })
  const [first = program, ...rest] = [...found, program, ...args]
  return { program: first, args: rest }
}

/** What an engine may know of where it runs: no secret among the settings reaches a decoder. */
export const bareEnvironment = (): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  LC_ALL: 'C',
  AV_LOG_FORCE_NOCOLOR: '1',
})
