// Runs the suite: in two processes side by side, as a test waits for other processes most of its time. What is given on
// the command line goes to mocha, which then runs alone: npm test -- --grep V39
// TEST_RETRIES=1 runs a test that fails once more, and prints its first failure.
import { spawn } from 'node:child_process'

const retries = process.env.TEST_RETRIES
const withRetries = retries ? ['--retries', retries, '--reporter', 'scripts/retry-reporter.cjs'] : []
const mocha = (args, stdio) => spawn('node_modules/.bin/mocha', [...withRetries, ...args], { stdio })

/** Resolves with its exit code. */
const ended = (child) => new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)))

const given = process.argv.slice(2)
if (given.length > 0) process.exit(await ended(mocha(given, 'inherit')))

const halves = [
  ['--ignore', 'test/adapters/**'],
  ['--ignore', 'test/!(adapters)/**', '--ignore', 'test/*.test.ts'],
]
const [first, second] = halves
const shown = mocha(first, 'inherit')
const kept = mocha(second, ['ignore', 'pipe', 'inherit'])
const lines = []
kept.stdout.on('data', (text) => lines.push(text))
const codes = await Promise.all([ended(shown), ended(kept)])
process.stdout.write(Buffer.concat(lines))
process.exit(codes.every((code) => code === 0) ? 0 : 1)
