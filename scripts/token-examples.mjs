// Mints a token with every example of docs/tokens.md, as a reader would, and sends it to a server that uses
// the keys of that document. The server runs from dist/, or with `--source` from src/. With EVERY_LANGUAGE=1
// a language that is not installed is an error; otherwise it is only reported.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const text = readFileSync('docs/tokens.md', 'utf8')
const dir = mkdtempSync(join(tmpdir(), 'larder-tokens-'))
const uid = 'cf_0123456789abcdefghijkl'
const larder = process.argv.includes('--source')
  ? ['--import', import.meta.resolve('tsx'), resolve('src/main.ts')]
  : [resolve('dist/main.js')]
const wantsAll = process.env.EVERY_LANGUAGE === '1'

const programs = { js: ['node'], python: ['python3'], go: ['go', 'run'], php: ['php'] }

const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language, code]) => ({
  language,
  code,
}))
const shell = blocks.filter(({ language }) => language === 'sh').map(({ code }) => code)
const examples = blocks.flatMap(({ language, code }) => {
  const file = /(mint[\w-]*\.\w+): /.exec(code)?.[1]
  return file === undefined ? [] : [{ file, program: programs[language], code }]
})

const isHere = (program) => {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Runs the shell blocks in the folder of the examples. Returns the environment variables that they set. */
const environment = (script) =>
  JSON.parse(
    execFileSync('bash', ['-euc', `${script}\nnode -p 'JSON.stringify(process.env)'`], {
      cwd: dir,
      stdio: ['ignore', 'pipe', 'ignore'],
      encoding: 'utf8',
    }),
  )

const serve = async (env) => {
  const server = spawn(process.execPath, [...larder, 'serve'], {
    env: {
      ...env,
      PORT: '0',
      HOST: '',
      PUBLIC_URL: '',
      DATABASE_URL: '',
      S3_BUCKET: '',
      SAMPLE_MEDIA: '0',
      DATA_DIR: join(dir, 'data'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: server.stdout })
  const [line] = await Promise.race([once(lines, 'line'), once(server, 'exit')])
  const base = /http:\S+/.exec(String(line))?.[0]
  if (base === undefined) throw new Error('the server ended')
  while ((await (await fetch(`${base}/readyz`)).json()).status !== 'ready')
    await new Promise((wake) => setTimeout(wake, 100))
  return { base, server, exited: once(server, 'exit') }
}

/**
 * Returns the status for a token. The file does not exist, so a valid token gets 404. An invalid token gets
 * 403 (http-api.md §2.5).
 */
const statusOf = async (base, jwt, about = uid) => {
  // Each request has its own connection, because the server may close an idle one while a compiler blocks
  // this process.
  const request = get(`${base}/api/1/content_files/${about}/web.json?jwt=${jwt}`, { agent: false })
  const [response] = await once(request, 'response')
  response.resume()
  return response.statusCode
}

const failures = []
const minted = []
const attempt = async (base, env, { file, program: [program, ...words], code }) => {
  if (!isHere(program)) {
    if (wantsAll) failures.push(`${program} is not installed`)
    else console.log(`tokens: ${program} is not installed, ${file} is not tried`)
    return
  }
  writeFileSync(join(dir, file), code)
  const jwt = execFileSync(program, [...words, file, uid], { cwd: dir, env, encoding: 'utf8' }).trim()
  const good = await statusOf(base, jwt)
  const other = await statusOf(base, jwt, 'cf_another')
  const damaged = await statusOf(
    base,
    jwt.replace(/.(?=.{8}$)/, (letter) => (letter === 'A' ? 'B' : 'A')),
  )
  if (good !== 404 || other !== 403 || damaged !== 403)
    failures.push(`${file}: ${good} for its file, ${other} for another, ${damaged} when damaged`)
  minted.push(file)
}

const attemptAll = async (script, chosen) => {
  const env = environment(script)
  const { base, server, exited } = await serve(env)
  try {
    for (const example of chosen) await attempt(base, env, example)
  } finally {
    server.kill('SIGTERM')
    await exited
  }
}

const script = shell.join('\n')
const byPair = examples.filter(({ code }) => code.includes('createPrivateKey'))
// For RSA, makes the changes to the shell blocks that the document describes.
const forRsa = script.replace('ed25519', 'RSA -pkeyopt rsa_keygen_bits:2048').replace('EdDSA', 'RS256')
try {
  await attemptAll(script, examples)
  await attemptAll(forRsa, byPair)
} catch (error) {
  failures.push(error.message)
} finally {
  rmSync(dir, { recursive: true, force: true })
}
for (const failure of failures) console.error(`tokens: ${failure}`)
if (minted.length === 0 || failures.length > 0) process.exitCode = 1
else console.log(`tokens: minted by ${minted.join(', ')}, and accepted by a server`)
