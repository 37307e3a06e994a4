import { spawnSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { buildConsole } from './console-build.mjs'

// Removes dist first, so that it holds no output of deleted source files.
rmSync('dist', { recursive: true, force: true })
const { status } = spawnSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)
await buildConsole('dist/console')
chmodSync('dist/main.js', 0o755)
