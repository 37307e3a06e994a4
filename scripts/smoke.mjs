// Starts the build with plain node in an empty folder, as a new user would, and sends requests. Stops the
// server while it makes the exports of a film.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'

const fail = (message) => {
  console.error(`smoke: ${message}`)
  process.exitCode = 1
}

const dir = mkdtempSync(join(tmpdir(), 'larder-smoke-'))
const env = { ...process.env, PORT: '0', SAMPLE_MEDIA: '1', DATABASE_URL: '' }
const server = spawn(process.execPath, [resolve('dist/main.js'), 'serve'], {
  cwd: dir,
  env,
  stdio: ['ignore', 'pipe', 'inherit'],
})
const exited = once(server, 'exit')

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

const until = async (what, url, holds) => {
  for (const deadline = performance.now() + 30_000; performance.now() < deadline; await sleep(100))
    if (holds(await (await fetch(url)).json())) return
  throw new Error(`not ${what} within 30 seconds`)
}

/**
 * Returns the uid of the sample film. Larder prints no token here, because standard output is a pipe and not
 * a terminal.
 */
const untilFilm = async (lines) => {
  for await (const line of lines) {
    if (/jwt=[^…]/.test(line)) throw new Error('a token is printed where no terminal is')
    const [, uid] = /a film .*\(a token: larder token (\S+)\)/.exec(line) ?? []
    if (uid !== undefined) return uid
  }
  throw new Error('ended without a link to a film')
}

const tokenOf = async (uid) => {
  const minting = spawn(process.execPath, [resolve('dist/main.js'), 'token', uid], {
    cwd: dir,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return (await text(minting.stdout)).trim()
}

try {
  const lines = createInterface({ input: server.stdout })
  const [line] = await once(lines, 'line')
  const base = /http:\S+/.exec(line)?.[0]
  const alive = await fetch(`${base}/healthz`)
  if (alive.status !== 200) fail(`/healthz answers ${alive.status}`)
  await until('ready', `${base}/readyz`, ({ status }) => status === 'ready')
  const page = await fetch(`${base}/console/assets/watch.js`)
  if (page.status !== 200) fail(`the console's script answers ${page.status}`)
  const film = await untilFilm(lines)
  const status = `${base}/api/1/content_files/${film}/status?jwt=${await tokenOf(film)}`
  await until('making the film', status, ({ progress }) => progress > 0)
} catch (error) {
  fail(error.message)
} finally {
  // Sends the signal twice, like Ctrl-C under npm: one comes from the terminal, and one from npm.
  const stopped = performance.now()
  server.kill('SIGINT')
  await sleep(20)
  server.kill('SIGINT')
  const [code, signal] = await exited
  if (code !== 0) fail(`ended with ${code ?? signal} on SIGINT`)
  if (performance.now() - stopped > 10_000) fail('took more than 10 seconds to end')
  rmSync(dir, { recursive: true, force: true })
}
if (process.exitCode === undefined) console.log('smoke: the build starts, answers and stops')
