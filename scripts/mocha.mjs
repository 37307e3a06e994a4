// Runs mocha with the arguments of the command line. With TEST_RETRIES=1 the files of failed tests are run
// once more, in a new process: a retry in the same one would not repeat what `before` has prepared.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** Tests that fail in more files than this are not retried, because a busy machine is not the reason. */
const maxFiles = 5

/** Resolves with the exit code of mocha. */
const mocha = (args, env = {}) =>
  new Promise((resolve) => {
    const child = spawn('node_modules/.bin/mocha', ['--require', './scripts/exit-when-idle.cjs', ...args], {
      stdio: 'inherit',
      env: { ...process.env, ...env },
    })
    child.on('close', (code) => resolve(code ?? 1))
  })

/** Returns the arguments that run only these files, with the options of the original arguments. */
const argumentsFor = (files, args, folder) => {
  const at = args.indexOf('--config')
  const config = JSON.parse(readFileSync(at < 0 ? '.mocharc.json' : args[at + 1], 'utf8'))
  const only = path.join(folder, 'retry.json')
  writeFileSync(only, JSON.stringify({ ...config, spec: files, ignore: [] }))
  return ['--config', only]
}

const runWithRetry = async (args) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'larder-mocha-'))
  try {
    const report = path.join(folder, 'failures')
    const code = await mocha([...args, '--reporter', 'scripts/retry-reporter.cjs'], { FAILED_TESTS: report })
    const failures = existsSync(report)
      ? readFileSync(report, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : []
    const files = [...new Set(failures.map(({ file }) => file))]
    if (code === 0 || files.length === 0 || files.length > maxFiles || files.includes(undefined)) return code
    for (const { title, message } of failures)
      console.log(`    FAILED ONCE: ${title}: ${message.split('\n')[0]}`)
    return await mocha(argumentsFor(files, args, folder))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const args = process.argv.slice(2)
process.exitCode = await (process.env.TEST_RETRIES === '1' ? runWithRetry(args) : mocha(args))
