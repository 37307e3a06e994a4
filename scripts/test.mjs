// Runs the suite in groups, two side by side, because tests mostly wait for other processes. Arguments of the command
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

/** The longest first. Each is what these patterns leave of the suite. */
const groups = [
  ['test/adapters/**'],
  ['test/!(adapters)/**', 'test/*.test.ts', 'test/adapters/!(transcoder)*', 'test/adapters/*/**'],
  ['test/!(adapters)/**', 'test/*.test.ts', 'test/adapters/transcoder*'],
]

/** Prints the report of the first group as it goes, and those of the others whole. */
const runGroup = async (patterns) => {
  const isFirst = patterns === groups[0]
  const child = mocha(
    patterns.flatMap((pattern) => ['--ignore', pattern]),
    ['ignore', isFirst ? 'inherit' : 'pipe', 'inherit'],
  )
  child.stdout?.on('data', (text) => lines.push(text))
  return ended(child)
}

const lines = []
const codes = []
const waiting = [...groups]
const lane = async () => {
  for (let group = waiting.shift(); group !== undefined; group = waiting.shift())
    codes.push(await runGroup(group))
}
await Promise.all([lane(), lane()])
// `process.exit` would cut off what a pipe has not taken yet.
process.exitCode = codes.every((code) => code === 0) ? 0 : 1
process.stdout.write(Buffer.concat(lines))
