import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from '../../test/support/free-port.ts'
import type { Peer, Served } from './peer.ts'

/** Returns the version, for example `nginx/1.22.1`; `undefined` if nginx is not installed. */
export const nginxVersion = async (): Promise<string | undefined> => {
  const output = await promisify(execFile)('nginx', ['-v']).catch(() => undefined)
  return output === undefined ? undefined : /nginx\/\S+/.exec(output.stderr)?.[0]
}

/**
 * Starts nginx with one worker and the directives of `http` that `directives` returns for a free port. `folder` is removed
 * when it stops. Returns `undefined` if nginx is not installed.
 */
export const runNginx = async (
  folder: string,
  directives: (port: number) => string,
): Promise<Peer | undefined> => {
  if ((await nginxVersion()) === undefined) return undefined
  const port = await freePort()
  const config = join(folder, 'nginx.conf')
  await writeFile(config, configOf(folder, directives(port)))

  const errors = join(folder, 'error.log')
  const nginx = spawn('nginx', ['-e', errors, '-p', folder, '-c', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const exited = once(nginx, 'exit')
  const stop = async () => {
    nginx.kill()
    await exited
    await rm(folder, { recursive: true })
  }
  const origin = `http://127.0.0.1:${port}`
  if (await answers(origin, 5000)) return { name: 'nginx', origin, pid: nginx.pid ?? 0, stop }
  await stop()
  throw new Error('nginx does not start')
}

/**
 * Starts nginx with one worker and sendfile. It serves the bodies as files from a temporary folder.
 * `lastModified` is the modification time of these files, in milliseconds. Returns `undefined` if nginx is
 * not installed.
 */
export const startNginx = async (
  served: ReadonlyArray<Served>,
  lastModified?: number,
): Promise<Peer | undefined> => {
  if ((await nginxVersion()) === undefined) return undefined
  const folder = await mkdtemp(join(tmpdir(), 'larder-nginx-'))
  for (const { path, bytes } of served) {
    const file = join(folder, path)
    await writeFile(file, bytes)
    if (lastModified !== undefined) await utimes(file, lastModified / 1000, lastModified / 1000)
  }
  return runNginx(
    folder,
    (port) => `
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000000;
  server {
    listen 127.0.0.1:${port};
    root ${folder};
    ${served.map(locationOf).join('\n    ')}
  }`,
  )
}

const configOf = (folder: string, directives: string): string => `
${process.getuid?.() === 0 ? 'user root; # its worker could not enter our folder otherwise' : ''}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log;
events { worker_connections 4096; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n  ')}
  ${directives}
}
`

const locationOf = ({ path, contentType, headers = {} }: Served): string => {
  const added = Object.entries(headers).map(([name, value]) => `add_header ${name} '${value}';`)
  return `location = ${path} { types {} default_type '${contentType}'; ${added.join(' ')} }`
}

const answers = async (origin: string, milliseconds: number): Promise<boolean> => {
  for (let waited = 0; waited < milliseconds; waited += 20) {
    const response = await fetch(`${origin}/`).catch(() => undefined)
    await response?.arrayBuffer()
    if (response !== undefined) return true
    await wait(20)
  }
  return false
}
