import { realpathSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The files of a command. It has no other, where the sandbox can give it a root folder of its own. */
export type SandboxFiles = {
  readonly reads: ReadonlyArray<string>
  /** Folders that it writes in. */
  readonly writes: ReadonlyArray<string>
}

type Mount = { readonly path: string; readonly isFolder: boolean; readonly options: string }

/** Of the system: programs and libraries, and no folder in which it keeps sockets, settings or what people have. */
const system: ReadonlyArray<string> = [
  ...['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/nix/store', '/gnu/store'],
  ...['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libexec', 'local/bin', 'local/lib'].map(
    (name) => `/usr/${name}`,
  ),
  ...['/etc/ld.so.cache', '/etc/alternatives', '/etc/localtime'],
]

const devices = ['/dev/null', '/dev/zero', '/dev/urandom']

const ancestors = (folder: string): ReadonlyArray<string> =>
  folder === dirname(folder) ? [folder] : [folder, ...ancestors(dirname(folder))]

/** Larder's own code, and what is installed beside it. */
const codeFolder = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
const code: ReadonlyArray<string> = [
  codeFolder,
  ...['package.json', 'tsconfig.json'].map((name) => join(dirname(codeFolder), name)),
  ...ancestors(codeFolder).map((folder) => join(folder, 'node_modules')),
]

/** Where what runs TypeScript keeps what it has made of it: in development alone. */
const compiled = extname(import.meta.url) === '.ts' ? [join('/', 'tmp', `tsx-${process.getuid?.()}`)] : []

/** A program, and the libraries of one that is installed outside the system's folders. */
const withLibraries = (program: string): ReadonlyArray<string> => {
  try {
    const folder = dirname(realpathSync(program))
    return basename(folder) === 'bin' ? [program, join(folder, '../lib')] : [program]
  } catch {
    return [program]
  }
}

/** What is missing is left out, for the command to complain of. */
const mountsOf = (paths: ReadonlyArray<string>, options: string): ReadonlyArray<Mount> =>
  [...new Set(paths.map((path) => resolve(path)))].flatMap((path) => {
    const found = statSync(path, { throwIfNoEntry: false })
    return found === undefined ? [] : [{ path, isFolder: found.isDirectory(), options }]
  })

const isBelow = (path: string, folders: ReadonlyArray<Mount>): boolean =>
  folders.some((folder) => folder.isFolder && path.startsWith(`${folder.path}/`))

const allMounts = (
  { reads, writes }: SandboxFiles,
  programs: ReadonlyArray<string>,
): ReadonlyArray<Mount> => {
  const readOnly = 'bind,ro,nosuid,nodev'
  const always = mountsOf([...system, ...code], readOnly)
  const named = mountsOf([process.execPath, ...programs.flatMap(withLibraries)], readOnly)
  return [
    ...always,
    ...named.filter(({ path }) => !isBelow(path, always) && always.every((mount) => mount.path !== path)),
    ...mountsOf(devices, 'bind'),
    ...mountsOf(reads, `${readOnly},noexec`),
    ...mountsOf([...compiled, ...writes], 'rbind'),
  ]
}

const quoted = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`

/** As fstab(5) writes a path. */
const escaped = (path: string): string =>
  path.replace(/[\s\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)

/**
 * For a shell that is alone in its namespaces of mounts and processes, as the first of these. It makes a root folder
 * that has what is named here and nothing else: whatever is added to the machine, a socket or a key, is hidden without
 * a word. The command runs as its child: the kernel spares the first process of a namespace most signals, and a crash
 * has to end a decoder. 126: it could not be run. Few programs are started, since each costs milliseconds.
 */
export const withOwnRoot = (files: SandboxFiles, programs: ReadonlyArray<string>): string => {
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
