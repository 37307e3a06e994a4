import { realpathSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * The files that a command needs. If the sandbox can give it a separate root folder, it cannot access any
 * other files.
 */
export type SandboxFiles = {
  /** Files and folders that the command reads. */
  readonly reads: ReadonlyArray<string>
  /** Folders that the command writes to. */
  readonly writes: ReadonlyArray<string>
}

type Mount = { readonly path: string; readonly isFolder: boolean; readonly options: string }

/** System folders that contain only programs and libraries: no sockets, settings or user data. */
const systemPaths: ReadonlyArray<string> = [
  ...['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/nix/store', '/gnu/store'],
  ...['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libexec', 'local/bin', 'local/lib'].map(
    (name) => `/usr/${name}`,
  ),
  ...['/etc/ld.so.cache', '/etc/alternatives', '/etc/localtime'],
]

const devices = ['/dev/null', '/dev/zero', '/dev/urandom']

const ancestors = (folder: string): ReadonlyArray<string> =>
  folder === dirname(folder) ? [folder] : [folder, ...ancestors(dirname(folder))]

/** Larder's own code, and the packages that it may import. */
const codeFolder = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
const codePaths: ReadonlyArray<string> = [
  codeFolder,
  ...['package.json', 'tsconfig.json'].map((name) => join(dirname(codeFolder), name)),
  ...ancestors(codeFolder).map((folder) => join(folder, 'node_modules')),
]

/** Cache folder of the TypeScript runner (development only). */
const tsxCache = extname(import.meta.url) === '.ts' ? [join('/', 'tmp', `tsx-${process.getuid?.()}`)] : []

/** Returns the path of a program, and of the libraries beside its `bin` folder. */
const withLibraries = (program: string): ReadonlyArray<string> => {
  try {
    const folder = dirname(realpathSync(program))
    return basename(folder) === 'bin' ? [program, join(folder, '../lib')] : [program]
  } catch {
    return [program]
  }
}

/** Returns a mount for each path. Missing paths are omitted; the command itself reports them. */
const mountsOf = (paths: ReadonlyArray<string>, options: string): ReadonlyArray<Mount> =>
  [...new Set(paths.map((path) => resolve(path)))].flatMap((path) => {
    const stats = statSync(path, { throwIfNoEntry: false })
    return stats === undefined ? [] : [{ path, isFolder: stats.isDirectory(), options }]
  })

const isBelow = (path: string, folders: ReadonlyArray<Mount>): boolean =>
  folders.some((folder) => folder.isFolder && path.startsWith(`${folder.path}/`))

const allMounts = (
  { reads, writes }: SandboxFiles,
  programs: ReadonlyArray<string>,
): ReadonlyArray<Mount> => {
  const readOnly = 'bind,ro,nosuid,nodev'
  const fixed = mountsOf([...systemPaths, ...codePaths], readOnly)
  const ofPrograms = mountsOf([process.execPath, ...programs.flatMap(withLibraries)], readOnly)
  return [
    ...fixed,
    ...ofPrograms.filter(({ path }) => !isBelow(path, fixed) && fixed.every((mount) => mount.path !== path)),
    ...mountsOf(devices, 'bind'),
    ...mountsOf(reads, `${readOnly},noexec`),
    ...mountsOf([...tsxCache, ...writes], 'rbind'),
  ]
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`

/** Escapes a path for fstab(5). */
const escaped = (path: string): string =>
  path.replace(/[\s\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)

/**
 * Returns a script for a shell that is the first process in new mount and pid namespaces. It creates a root
 * folder with an allow-list of paths. Anything else, such as a socket or a key that is added later, is
 * hidden. The command runs as a child of the shell: the kernel ignores most signals for the first process of
 * a namespace, but a decoder that crashes must end. Exit code 126 means that the root folder could not be
 * created. The script calls few programs, because each costs milliseconds.
 */
export const ownRootScript = (files: SandboxFiles, programs: ReadonlyArray<string>): string => {
  const mounts = allMounts(files, programs)
  const folders = mounts.map(({ path, isFolder }) => (isFolder ? path : dirname(path)))
  const words = ['/proc', '/old', process.cwd(), ...folders].map((path) => quoted(`.${path}`))
  const table = mounts.map(
    ({ path, options }) => `${escaped(path)} ${escaped(`/sys${path}`)} none ${options} 0 0`,
  )
  return `
set -e
trap 'exit 126' EXIT
PATH="$PATH:/usr/sbin:/usr/bin:/sbin:/bin"
mount -t tmpfs -o mode=755,size=1m decoder /sys
cd /sys
mkdir -p ${[...new Set(words)].join(' ')}
${mounts.flatMap(({ path, isFolder }) => (isFolder ? [] : [`[ -e ${quoted(`.${path}`)} ] || : > ${quoted(`.${path}`)}`])).join('\n')}
ln -s /proc/self/fd dev/fd
printf '%s\\n' ${quoted(table.join('\n'))} 'proc /sys/proc proc ro,nosuid,nodev,noexec 0 0' > table
mount --all --fstab /sys/table
pivot_root . old
umount -l /old
mount -o remount,bind,ro /
cd ${quoted(process.cwd())}
trap - EXIT
set +e
"$@"
exit $?
`
}
