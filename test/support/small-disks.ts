import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { scratchFolder } from './scratch.ts'

/**
 * The mount is visible only to the child process and ends with it. Users other than root need a user
 * namespace.
 */
const unshare = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--map-root-user']

/**
 * Runs a program of this folder with the path of a disk of 8 MB. Returns its output if it fails, else an
 * empty string.
 */
export const runOnSmallDisk = async (program: string, ...args: ReadonlyArray<string>): Promise<string> => {
  const disk = await scratchFolder()
  const script = 'mount -t tmpfs -o size=8m tmpfs "$1" && shift && exec "$@"'
  const node = [process.execPath, '--import', 'tsx', join(import.meta.dirname, program), disk, ...args]
  const child = spawn('unshare', [...unshare, 'sh', '-ec', script, 'sh', disk, ...node], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '' },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
  const [code] = await once(child, 'close')
  return code === 0 ? '' : `exit ${code}: ${output}`
}

let fills = 0

/** Fills the disk of `folder` completely. Returns a function that frees the space again. */
export const fillDisk = async (folder: string): Promise<() => Promise<void>> => {
  const path = join(folder, `ballast-${fills++}`)
  const file = await open(path, 'w')
  const piece = Buffer.alloc(4096)
  try {
    for (;;) await file.write(piece)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error
  } finally {
    await file.close()
  }
  return () => rm(path)
}
