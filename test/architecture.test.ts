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
import { dirname, join, resolve } from 'node:path'
import { expect } from 'chai'

// The import rules live in biome.json. A rule that went blind looks just like a clean tree, so each is
// shown imports that it must refuse and ones that it must let through.
const probes = [
  { in: 'src/domain/x', refused: '../adapters/memory/memory-cache.ts', allowed: '../ports/cache.ts' },
  { in: 'src/domain/y', refused: 'node:crypto', allowed: '../fp.ts' },
  { in: 'src/domain/z', refused: '../http/reply.ts', allowed: './shared/ids.ts' },
  { in: 'src/ports/x', refused: '@aws-sdk/client-s3', allowed: 'io-ts' },
  { in: 'src/ports/y', refused: 'knex', allowed: '../domain/shared/errors.ts' },
  { in: 'src/adapters/x', refused: '../domain/playlist/playlist-service.ts', allowed: '../ports/cache.ts' },
  { in: 'src/adapters/y', refused: '../http/reply.ts', allowed: 'knex' },
  { in: 'src/http/x', refused: '../adapters/memory/memory-cache.ts', allowed: '../domain/shared/ids.ts' },
  { in: 'src/http/y', refused: 'node-persist', allowed: 'koa' },
  { in: 'src/cli/x', refused: '../adapters/fs/fs-object-store.ts', allowed: '../composition.ts' },
  { in: 'src/x', refused: 'fp-ts/Either', allowed: './fp.ts' },
] as const

describe('import rules', () => {
  const dir = mkdtempSync(join(tmpdir(), 'rules-'))
  after(() => rmSync(dir, { recursive: true }))

  const plant = (file: string, specifier: string) => {
    mkdirSync(dirname(join(dir, file)), { recursive: true })
    writeFileSync(join(dir, file), `import * as x from '${specifier}'\n\nexport const y = x\n`)
  }

  it('refuse what they should, and only that', () => {
    copyFileSync('biome.json', join(dir, 'biome.json'))
    for (const probe of probes) {
      plant(`${probe.in}-refused.ts`, probe.refused)
      plant(`${probe.in}-allowed.ts`, probe.allowed)
    }
    const biome = resolve('node_modules/.bin/biome')
    const { stdout, stderr } = spawnSync(biome, ['lint', '--max-diagnostics=200'], {
      cwd: dir,
      encoding: 'utf8',
    })
    const refused = [...(stdout + stderr).matchAll(/(\S+\.ts):\d+:\d+ lint\/style\/noRestrictedImports/g)]
    expect(refused.map(([, file]) => file)).to.have.members(probes.map((probe) => `${probe.in}-refused.ts`))
  }).timeout(20_000)
})

describe('[V23] the cache', () => {
  it('is set by the two reads alone that take the generation before they load', () => {
    const folders = ['src/domain', 'src/http', 'src/cli']
    const setting = folders
      .flatMap((folder) =>
        readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
      )
      .filter(
        (file) => file.endsWith('.ts') && /\bcache\s*\.(set|generation)\(/.test(readFileSync(file, 'utf8')),
      )
    expect(setting).to.have.members(['src/domain/access/owned-read.ts', 'src/domain/shared/read-through.ts'])
  })
})
