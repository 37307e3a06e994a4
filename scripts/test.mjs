// Runs the suite in two processes side by side, because tests mostly wait for other processes. Arguments of the command
// line are passed to mocha, which then runs in one process: npm test -- --grep V39
// With TEST_RETRIES=1 a test that fails runs once more, and its first failure is printed.
import { spawn } from 'node:child_process'

const retries = process.env.TEST_RETRIES
const withRetries = retries ? ['--retries', retries, '--reporter', 'scripts/retry-reporter.cjs'] : []
const mocha = (args, stdio) => spawn('node_modules/.bin/mocha', [...withRetries, ...args], { stdio })

/** Resolves with the exit code. */
const ended = (child) => new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)))

const args = process.argv.slice(2)
if (args.length > 0) process.exit(await ended(mocha(args, 'inherit')))

const halves = [
  ['--ignore', 'test/adapters/**'],
  ['--ignore', 'test/!(adapters)/**', '--ignore', 'test/*.test.ts'],
]
const [first, second] = halves
const printing = mocha(first, 'inherit')
const buffered = mocha(second, ['ignore', 'pipe', 'inherit'])
const lines = []
buffered.stdout.on('data', (text) => lines.push(text))
const codes = await Promise.all([ended(printing), ended(buffered)])
// `process.exit` would cut off what a pipe has not taken yet.
process.exitCode = codes.every((code) => code === 0) ? 0 : 1
process.stdout.write(Buffer.concat(lines))
