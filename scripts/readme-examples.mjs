// Runs the examples of README.md (section "Ask it"), then those of docs/recipes.md and docs/requests.md, as a reader
// would paste them. The server runs from dist/ with an empty folder. Fails if an example fails, if it gets a status
// other than 2xx or those that its comments name (`# 409`), or another reply than the one that is shown below it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { replyFault } from './example-replies.mjs'

const defaultBase = 'BASE=http://127.0.0.1:8080'

/** Returns the sections in the order in which they are run. */
const readDocuments = () =>
  [
    /^## Ask it$(.*?)^## /ms.exec(readFileSync('README.md', 'utf8'))?.[1] ?? '',
    readFileSync('docs/recipes.md', 'utf8'),
    readFileSync('docs/requests.md', 'utf8'),
  ].join('\n')

/** Returns all shell blocks, each with the block of the reply that follows it, if there is one. */
const readExamples = () => {
  const blocks = [...readDocuments().matchAll(/^```(sh|json|text)\n(.*?)^```$/gms)].map(
    ([, language, text]) => ({ language, text }),
  )
  const examples = blocks.flatMap(({ language, text: code }, i) => {
    if (language !== 'sh') return []
    const next = blocks[i + 1]
    const refusals = [...code.matchAll(/ # (\d{3})$/gm)].map(([, status]) => status)
    return [{ code, refusals, reply: next === undefined || next.language === 'sh' ? null : next }]
  })
  if (!examples.some(({ code }) => code.includes(defaultBase)))
    throw new Error(`no example of the README has the line ${defaultBase}`)
  return examples
}

const freePort = async () => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}

const untilReady = async (base, server) => {
  for (const deadline = performance.now() + 30_000; performance.now() < deadline; ) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`)
    const ready = await fetch(`${base}/readyz`).catch(() => null)
    if (ready !== null && (await ready.json()).status === 'ready') return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('the server is not ready within 30 seconds')
}

// curl prints the status of each reply to standard error. The examples themselves write nothing there.
const prelude = `set -euo pipefail
curl() {
  command curl --no-progress-meter --write-out '%{stderr}HTTP %{http_code}\\n' "$@" ||
    { echo "failed: curl $*" >&2; return 1; }
}
`

/** What separates the outputs of two examples. */
const separator = '\u0001'

const faultOf = ({ code, refusals, reply }, output, errors) => {
  const statuses = [...errors.matchAll(/^HTTP (\d+)$/gm)].map(([, status]) => status)
  const requests = code.match(/\bcurl /g)?.length ?? 0
  const unexpected = statuses.filter((status) => !status.startsWith('2') && !refusals.includes(status))
  const missing = refusals.filter((status) => !statuses.includes(status))
  if (statuses.length < requests || unexpected.length > 0 || missing.length > 0)
    return `${requests} requests, statuses ${statuses.join(' ')}\n${errors}`
  const difference = reply === null ? null : replyFault(reply, output)
  return difference === null ? null : `another reply than shown: ${difference}\n${output}`
}

const run = async (examples, env) => {
  const script = examples.map(({ code }) => `${code}\nprintf '\\001'; printf '\\001' >&2\n`).join('')
  const shell = spawn('bash', ['-c', prelude + script], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const [output, errors, [code]] = await Promise.all([
    text(shell.stdout),
    text(shell.stderr),
    once(shell, 'close'),
  ])
  const outputs = output.split(separator)
  const errorTexts = errors.split(separator)
  if (code !== 0) throw new Error(`exit code ${code}\n${errorTexts.at(-1)}`)
  const faults = examples.flatMap((example, i) => {
    const fault = faultOf(example, outputs[i] ?? '', errorTexts[i] ?? '')
    return fault === null ? [] : [`${example.code}${fault}`]
  })
  if (faults.length > 0) throw new Error(faults.join('\n'))
  return examples.flatMap(({ code }) => code.match(/\bcurl /g) ?? []).length
}

const examples = readExamples()
const dir = mkdtempSync(join(tmpdir(), 'larder-readme-'))
const port = await freePort()
const base = `http://127.0.0.1:${port}`
const unset = { DATABASE_URL: '', S3_BUCKET: '', CACHE_DIR: '', PUBLIC_URL: '', HOST: '' }
const env = { ...process.env, ...unset, PORT: String(port), DATA_DIR: dir, SAMPLE_MEDIA: '0' }
const server = spawn(process.execPath, ['dist/main.js', 'serve'], {
  env,
  stdio: ['ignore', 'ignore', 'inherit'],
})
const exited = once(server, 'exit')

try {
  await untilReady(base, server)
  const started = examples.map((example) => ({
    ...example,
    code: example.code.replace(defaultBase, `BASE=${base}`),
  }))
  const requests = await run(started, env)
  console.log(`readme: ${requests} requests of the examples, all answered as documented`)
} catch (error) {
  console.error(`readme: ${error.message}`)
  process.exitCode = 1
} finally {
  server.kill('SIGTERM')
  await exited
  rmSync(dir, { recursive: true, force: true })
}
