// Starts what was built under plain node, in an empty folder, as a stranger would; asks it; and stops it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const fail = (message) => {
  console.error(`smoke: ${message}`)
  process.exitCode = 1
}

const dir = mkdtempSync(join(tmpdir(), 'larder-smoke-'))
const server = spawn(process.execPath, [resolve('dist/main.js'), 'serve'], {
  cwd: dir,
  env: { ...process.env, PORT: '0', SAMPLE_MEDIA: '0', DATABASE_URL: '' },
  stdio: ['ignore', 'pipe', 'inherit'],
})
const exited = once(server, 'exit')

const untilReady = async (base) => {
  for (const deadline = performance.now() + 30_000; performance.now() < deadline; ) {
    const ready = await (await fetch(`${base}/readyz`)).json()
    if (ready.status === 'ready') return ready
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('not ready within 30 seconds')
}

try {
  const [line] = await once(createInterface({ input: server.stdout }), 'line')
  const port = /\(port (\d+)\)/.exec(line)?.[1]
  const base = `http://127.0.0.1:${port}`
  const alive = await fetch(`${base}/healthz`)
  if (alive.status !== 200) fail(`/healthz answers ${alive.status}`)
  await untilReady(base)
  const page = await fetch(`${base}/console/assets/watch.js`)
  if (page.status !== 200) fail(`the console's script answers ${page.status}`)
} catch (error) {
  fail(error.message)
} finally {
  server.kill('SIGTERM')
  const [code, signal] = await exited
  if (code !== 0) fail(`ended with ${code ?? signal} on SIGTERM`)
  rmSync(dir, { recursive: true, force: true })
}
if (process.exitCode === undefined) console.log('smoke: the build starts, answers and stops')
