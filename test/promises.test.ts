import { spawnSync } from 'node:child_process'
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect } from 'chai'

/** Files that deliberately ignore the failure of a promise. Each file states why nothing is lost. */
const swallowing = [
  'src/adapters/cache/blobs/byte-streams.ts',
  'src/adapters/cache/blobs/fill.ts',
  'src/adapters/cache/blobs/read-stored.ts',
  // The next write, or the end, tells of it; a file that is closed has no bytes that anyone was told of.
  'src/adapters/fs/incoming-writer.ts',
  // A thread that has ended has no hashes to be closed.
  'src/adapters/fs/running-hash.ts',
  'src/adapters/knex/bounded-client.ts',
  'src/adapters/transcode/node-av/node-av-encode.ts',
  'src/adapters/platform/cancel-stream.ts',
  'src/adapters/platform/process-liveness.ts',
  'src/adapters/platform/stream-timeouts.ts',
  'src/domain/caching/write-in-background.ts',
  'src/domain/shared/with-timeout.ts',
  // The rest of the body is not needed.
  'src/domain/upload/append-bytes.ts',
  'src/http/response/piece-reader.ts',
]

describe('[V24] a promise that is not awaited', () => {
  const dir = mkdtempSync(join(tmpdir(), 'rules-'))
  after(() => rmSync(dir, { recursive: true }))

  it('is refused by lint, also behind `void` and in an async callback', () => {
    copyFileSync('biome.json', join(dir, 'biome.json'))
    const f = 'const f = async () => 1\n'
    const plant = (name: string, text: string) => {
      mkdirSync(join(dir, 'src'), { recursive: true })
      writeFileSync(join(dir, 'src', name), `${f}export const g = ${text}\n`)
    }
    plant('bare.ts', '() => {\n  f()\n}')
    plant('behind-void.ts', '() => {\n  void f()\n}')
    plant('in-callback.ts', '() => [1].forEach(async () => {\n  await f()\n})')
    plant('awaited.ts', 'async () => {\n  await f()\n}')
    const { stdout, stderr } = spawnSync(resolve('node_modules/.bin/biome'), ['lint'], {
      cwd: dir,
      encoding: 'utf8',
    })
    const refused = [...(stdout + stderr).matchAll(/(\S+\.ts):\d+:\d+ lint\/(\S+)/g)].map(
      ([, file, rule]) => [file, rule],
    )
    expect(refused).to.have.deep.members([
      ['src/bare.ts', 'nursery/noFloatingPromises'],
      ['src/behind-void.ts', 'complexity/noVoid'],
      ['src/in-callback.ts', 'nursery/noMisusedPromises'],
    ])
  })

  it('has its failure ignored only in the files listed here', () => {
    for (const text of [
      'f().catch(() => undefined)',
      'f().catch((_) => null)',
      'f().catch(noop)',
      'if (isLate) f().catch(() => false)',
      'late.then((one) => one.close()).catch(() => {})',
      'stream[Symbol.asyncIterator]()\n    .return?.()\n    .catch(() => undefined)',
      'f().then(close, () => undefined)',
      'f().then(\n  () => true,\n  () => false,\n)',
    ])
      expect(swallows(`  ${text}\n`), text).to.equal(true)
    for (const text of [
      'await f().catch(() => undefined)',
      'return f().catch(() => null)',
      'queue = f().catch(() => undefined)',
      'if (isLate) await f().catch(() => undefined)',
      'const look = () => f().catch(() => null)',
      'const look = () =>\n    f().then(\n      () => true,\n      () => false,\n    )',
      'f().catch(report)',
      'f().then(close, report)',
    ])
      expect(swallows(`  ${text}\n`), text).to.equal(false)

    const found = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => join('src', name))
      .filter((name) => swallows(readFileSync(name, 'utf8')))
    expect(found).to.have.members(swallowing)
  })
})

const ignoring = String.raw`(?:(?:async )?(?:\(\w*\)|\w+) => (?:undefined|null|true|false|''|\[\]|\{\s*\})|noop)`

/** Returns whether the text has a statement that does not await a promise, and ignores its failure. */
const swallows = (text: string): boolean => {
  const statement = new RegExp(
    String.raw`^ *(?:(?:if \(.*?\)|else) )?(?!if |else |const |let |export |return |await |[\w.]+ (?:\?\?)?= |[\w.]+: )\w.*` +
      String.raw`(?:\.catch\(${ignoring}\)|\.then\(.*, ${ignoring}\))$`,
  )
  return text
    .replace(/\(\s*\n\s*/g, '(')
    .replace(/,\s*\n\s*\)/g, ')')
    .replace(/,\s*\n\s*/g, ', ')
    .replace(/\n\s*(?=\??\.\w)/g, '')
    .replace(/(=>|[=?:]|&&|\|\|)\n\s*/g, '$1 ')
    .split('\n')
    .some((line) => statement.test(line))
}
