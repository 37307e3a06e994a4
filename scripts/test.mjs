// Runs the suite in groups, two at a time, because tests mostly wait for other processes. Arguments of the
// command line are passed to mocha, which then runs all tests in one process: npm test -- --grep V39
import { spawn } from 'node:child_process'

const mocha = (args, stdio) => spawn(process.execPath, ['scripts/mocha.mjs', ...args], { stdio })

/** Resolves with the exit code of a process. */
const ended = (child) => new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)))

const args = process.argv.slice(2)
if (args.length > 0) process.exit(await ended(mocha(args, 'inherit')))

const outsideAdapters = ['test/!(adapters)/**', 'test/*.test.ts']

/**
 * Groups of tests, the slowest first. Mocha ignores the files that match a group's patterns and runs the rest
 * of the suite.
 */
const groups = [
  ['test/adapters/**'],
  [
    ...outsideAdapters,
    'test/adapters/!(transcode)/**',
    'test/adapters/transcode/!(transcoder)*',
    'test/adapters/transcode/*/**',
  ],
  [...outsideAdapters, 'test/adapters/!(transcode)/**', 'test/adapters/transcode/transcoder*'],
  [...outsideAdapters, 'test/adapters/transcode/**'],
]

/** Runs a group. The report of the first group is printed at once, the reports of the others at the end. */
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
// `process.exit` would discard output that a pipe has not accepted yet.
process.exitCode = codes.every((code) => code === 0) ? 0 : 1
process.stdout.write(Buffer.concat(lines))
