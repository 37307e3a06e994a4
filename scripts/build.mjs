import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, rmSync } from 'node:fs'
import { buildConsole } from './console-build.mjs'

/** The typed client, a package of its own, which the command line uses, too. */
const client = 'clients/typescript'

const tsc = (...args) => {
  const { status } = spawnSync('node_modules/.bin/tsc', args, { stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

// Removes dist first, so that it holds no output of deleted source files.
rmSync('dist', { recursive: true, force: true })
rmSync(`${client}/dist`, { recursive: true, force: true })
tsc('-p', client)
copyFileSync('docs/openapi.d.ts', `${client}/dist/openapi.d.ts`)
tsc('-p', 'tsconfig.build.json')
await buildConsole('dist/console')
chmodSync('dist/main.js', 0o755)
