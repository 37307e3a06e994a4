// Runs the examples of README.md (section "Ask it"), then those of docs/requests.md, as a reader would paste
// them. The server runs from dist/ with an empty folder. Fails if an example fails, or gets a status other
// than 2xx.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

const defaultBase = 'BASE=http://127.0.0.1:8080'

/** Returns all shell blocks of both documents as one script. */
const readExamples = () => {
  const section = /^## Ask it$(.*?)^## /ms.exec(readFileSync('README.md', 'utf8'))?.[1] ?? ''
  const text = section + readFileSync('docs/requests.md', 'utf8')
  const script = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block).join('\n')
  if (!script.includes(defaultBase)) throw new Error(`no example of the README has the line ${defaultBase}`)
  return script
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
  command curl --no-progress-meter --fail --write-out '%{stderr}HTTP %{http_code}\\n' "$@" ||
    { echo "failed: curl $*" >&2; return 1; }
}
`

const run = async (script, env) => {
  const shell = spawn('bash', ['-c', prelude + script], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const [output, [code]] = await Promise.all([text(shell.stderr), once(shell, 'close')])
  const statuses = [...output.matchAll(/^HTTP (\d+)$/gm)].map(([, status]) => status)
  const requests = script.match(/\bcurl /g)?.length ?? 0
  if (code !== 0 || statuses.length < requests || statuses.some((status) => !status.startsWith('2')))
    throw new Error(`${requests} requests, statuses ${statuses.join(' ')}, exit code ${code}\n${output}`)
  return requests
}

const script = readExamples()
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
  const requests = await run(script.replace(defaultBase, `BASE=${base}`), env)
  console.log(`readme: ${requests} requests of the examples, all answered with 2xx`)
} catch (error) {
  console.error(`readme: ${error.message}`)
  process.exitCode = 1
} finally {
  server.kill('SIGTERM')
  await exited
  rmSync(dir, { recursive: true, force: true })
}
