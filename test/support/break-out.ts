import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { findSandbox, sandboxCommand } from '../../src/adapters/sandbox/sandbox.ts'

// Runs as its own process, so that a test can start it as another user. It acts as a server with a data
// folder, and prints what a child process that tries to break out achieves, first without the sandbox, then
// inside it.

const folder = await mkdtemp(join(tmpdir(), 'larder-break-out-'))
const [data, scratch] = [join(folder, 'data'), join(folder, 'data/scratch')]
await mkdir(scratch, { recursive: true })
const [key, outside, socket] = [join(data, 'id-tokens'), join(data, 'object'), join(data, 's.PGSQL')]
await writeFile(key, 'secret', { mode: 0o600 })
await writeFile(outside, '')

const servers = [createServer((client) => client.end()), createServer((client) => client.end())] as const
await new Promise<void>((listening) => servers[0].listen(0, '127.0.0.1', listening))
await new Promise<void>((listening) => servers[1].listen(socket, listening))

const script = resolve('test/support/try-to-break-out.mjs')
const { port } = servers[0].address() as AddressInfo
const targets = JSON.stringify({ port, socket, key, pid: process.pid, outside, scratch })
const command = { program: process.execPath, args: [script, targets] }
const breakOut = async ({ program, args }: typeof command) =>
  JSON.parse((await promisify(execFile)(program, [...args])).stdout)

const free = await breakOut(command)
await rm(`${outside}-new`)
const inside = await sandboxCommand(command, { reads: [script], writes: [scratch] })
const sandboxed = await breakOut({ program: inside.program, args: [...inside.args] })
const { isolation } = await findSandbox()
console.log(JSON.stringify({ isolation, free, sandboxed }))
await rm(folder, { recursive: true })
process.exit(0)
