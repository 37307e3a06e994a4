import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = '.compiled'
const stamp = join(folder, 'made')

const timeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

/**
 * The newest modification time below `path`. Folders count, because deleting a file changes only its folder.
 */
const newestOf = (path: string): number =>
  readdirSync(path, { recursive: true, encoding: 'utf8' }).reduce(
    (newest, name) => Math.max(newest, timeOf(join(path, name))),
    timeOf(path),
  )

/** The typed client, a package of its own, which the command line uses, too. */
const client = join('clients', 'typescript')

const tsc = (project: string, outDir: string): void => {
  const { status, stdout } = spawnSync(
    'node_modules/.bin/tsc',
    ['-p', project, '--outDir', outDir, '--noCheck'],
    { encoding: 'utf8' },
  )
  if (status !== 0) throw new Error(`the source does not compile: ${stdout}`)
}

const compile = (): void => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  copyFileSync('package.json', join(folder, 'package.json'))
  tsc('tsconfig.build.json', join(folder, 'src'))
  tsc(client, join(folder, client, 'dist'))
  writeFileSync(stamp, '')
}

let main: string | null = null

/**
 * Compiles Larder's program from the current source, and returns its path. A process that compiles TypeScript
 * itself needs two more seconds of processor time, and some tests start many processes.
 */
export const compiledLarder = (): string => {
  if (main === null) {
    if (timeOf(stamp) <= Math.max(newestOf('src'), newestOf(join(client, 'src')), timeOf('package.json')))
      compile()
    main = join(folder, 'src', 'main.js')
  }
  return main
}
