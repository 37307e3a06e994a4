import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect } from 'chai'

// The import rules are in biome.json. A rule that no longer matches anything looks like a clean tree, so each is
// tested with an import that it must refuse and one that it must allow.
const probes = [
  { in: 'src/domain/x', refused: '../adapters/memory/memory-cache.ts', allowed: '../ports/cache.ts' },
  { in: 'src/domain/y', refused: 'node:crypto', allowed: '../fp.ts' },
  { in: 'src/domain/z', refused: '../http/reply.ts', allowed: './shared/ids.ts' },
  { in: 'src/ports/x', refused: '@aws-sdk/client-s3', allowed: 'io-ts' },
  { in: 'src/ports/y', refused: 'knex', allowed: '../domain/shared/errors.ts' },
  { in: 'src/adapters/x', refused: '../domain/playlist/playlist-service.ts', allowed: '../ports/cache.ts' },
  { in: 'src/adapters/y', refused: '../http/reply.ts', allowed: 'sharp' },
  { in: 'src/adapters/z', refused: 'knex', allowed: './knex/create-knex.ts' },
  { in: 'src/adapters/knex/x', refused: '../../http/reply.ts', allowed: 'knex' },
  { in: 'src/adapters/s3/x', refused: '../../cli/help.ts', allowed: '@aws-sdk/client-s3' },
  { in: 'src/http/x', refused: '../adapters/memory/memory-cache.ts', allowed: '../domain/shared/ids.ts' },
  { in: 'src/http/y', refused: 'node-persist', allowed: 'koa' },
  { in: 'src/http/z', refused: 'knex/lib/client.js', allowed: 'koa' },
  { in: 'src/http/w', refused: '../config/settings.ts', allowed: './http-limits.ts' },
  { in: 'src/http/v', refused: '../server/drain.ts', allowed: './http-limits.ts' },
  { in: 'src/server/x', refused: '../adapters/fs/fs-object-store.ts', allowed: '../http/http-limits.ts' },
  { in: 'src/server/y', refused: '../cli/command.ts', allowed: '../config/settings.ts' },
  { in: 'src/server/z', refused: '../domain/vod/vod-service.ts', allowed: '../domain/shared/errors.ts' },
  {
    in: 'src/cli/x',
    refused: '../adapters/fs/fs-object-store.ts',
    allowed: '../composition/with-services.ts',
  },
  { in: 'src/cli/y', refused: 'pg/lib/client.js', allowed: '../terminal/terminal.ts' },
  { in: 'src/cli/z', refused: '../http/route-handler.ts', allowed: '../server/listening.ts' },
  { in: 'src/worker/x', refused: '../adapters/fs/fs-object-store.ts', allowed: '../composition/larder.ts' },
  { in: 'src/terminal/x', refused: '../cli/command.ts', allowed: '../domain/shared/errors.ts' },
  { in: 'src/composition/x', refused: '../cli/command.ts', allowed: '../adapters/fs/fs-object-store.ts' },
  { in: 'src/composition/y', refused: '../worker/start-task.ts', allowed: '../http/app.ts' },
  { in: 'src/config/x', refused: '../adapters/fs/fs-object-store.ts', allowed: '../ports/log.ts' },
  { in: 'src/config/z', refused: '../adapters/jose/token-key.ts', allowed: '../ports/token-key.ts' },
  { in: 'src/config/y', refused: '../composition/larder.ts', allowed: '../http/http-limits.ts' },
  { in: 'src/domain/w', refused: '../config/settings.ts', allowed: '../fp.ts' },
  { in: 'src/domain/v', refused: '../terminal/terminal.ts', allowed: '../ports/cache.ts' },
  { in: 'src/adapters/w', refused: '../config/settings.ts', allowed: '../ports/cache.ts' },
  { in: 'src/console/x', refused: '../domain/shared/errors.ts', allowed: './content.ts' },
  { in: 'src/x', refused: 'fp-ts/Either', allowed: './fp.ts' },
] as const

describe('import rules', () => {
  const dir = mkdtempSync(join(tmpdir(), 'rules-'))
  after(() => rmSync(dir, { recursive: true }))

  const plant = (file: string, specifier: string) => {
    mkdirSync(dirname(join(dir, file)), { recursive: true })
    writeFileSync(join(dir, file), `import * as x from '${specifier}'\n\nexport const y = x\n`)
  }

  it('refuse forbidden imports, and only these', () => {
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
  })
})
