import { readdirSync } from 'node:fs'
import { posix } from 'node:path'
import { expect } from 'chai'
import { filesBelow, readText } from './support/contract.ts'
import { computed, importedModules } from './support/imported-modules.ts'

/** A row of the table in CONTRIBUTING.md, which is the only list of permitted imports. */
type Row = {
  readonly rooms: ReadonlyArray<string>
  readonly open: ReadonlyArray<string>
  readonly packages: ReadonlyArray<string>
}

const namesIn = (cell = ''): ReadonlyArray<string> =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)

const [, section = ''] = /\n## Rooms\n(.*?)\n## /s.exec(readText('CONTRIBUTING.md')) ?? []
const rows: ReadonlyArray<Row> = section
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const [, rooms, , open, packages] = line.split('|')
    return {
      rooms: namesIn(rooms).map((room) => room.replace(/^src\//, '')),
      open: namesIn(open),
      packages: namesIn(packages),
    }
  })

/** The room of a file of `src`: its folder, or the file itself if it is in none. */
const roomOf = (path: string): string =>
  /^(?:(?:domain|adapters)\/[^/]+(?=\/)|[^/]+$|(?!domain\/|adapters\/)[^/]+(?=\/))/.exec(path)?.[0] ?? path

const services = '*-service.ts'

/** What a permission has to name, each of them in one of the ways given. */
type Needed = { readonly ways: ReadonlyArray<string>; readonly kind: 'open' | 'packages' }

const neededFor = (path: string, name: string): ReadonlyArray<Needed> => {
  if (!name.startsWith('.')) {
    const [first = '', second = ''] = name.split('/')
    const ways = [first.startsWith('@') ? `${first}/${second}` : first]
    return [{ ways: first.startsWith('node:') ? [...ways, 'node:*'] : ways, kind: 'packages' }]
  }
  const target = posix.join(posix.dirname(path), name)
  const room = roomOf(target)
  if (room === roomOf(path)) return []
  const place: Needed = { ways: [target, room, `${room.split('/')[0]}/*`], kind: 'open' }
  return target.endsWith('-service.ts') ? [place, { ways: [services], kind: 'open' }] : [place]
}

const rowOf = (path: string) => rows.find(({ rooms }) => rooms.includes(roomOf(path)))

/** The imports of a file of `src` that its row does not permit. */
const refusals = (path: string, source: string): ReadonlyArray<string> => {
  const row = rowOf(path)
  if (row === undefined) return [`src/${path}: CONTRIBUTING.md has no row for its room`]
  return importedModules(source)
    .filter((name) =>
      neededFor(path, name).some(({ ways, kind }) => !ways.some((way) => row[kind].includes(way))),
    )
    .map((name) => `src/${path}: the row of its room does not permit ${name}`)
}

/** Imports of all kinds over borders that the table must never open. */
const planted: ReadonlyArray<readonly [path: string, ...modules: ReadonlyArray<string>]> = [
  ['domain/media/x.ts', '../hls/master.ts', '../access/restrictions.ts', '../../ports/cache.ts', 'node:fs'],
  ['domain/hls/x.ts', '../../ports/cache.ts', '../hls-check/rule.ts', '../../adapters/memory/x.ts'],
  ['domain/examiner/x.ts', '../../ports/cache.ts', '../ingest/ingest-service.ts', 'io-ts'],
  ['domain/colour/x.ts', '../../ports/cache.ts', '../media/ids.ts'],
  ['domain/shared/x.ts', '../media/ids.ts', '../../ports/cache.ts', 'fp-ts/Either'],
  [
    'domain/export/x.ts',
    '../playlist/playlist-service.ts',
    '../../http/reply.ts',
    '../../config/settings.ts',
  ],
  ['domain/sweep/x.ts', '../ingest/ingest-service.ts', 'node:crypto'],
  [
    'ports/x.ts',
    '../domain/ingest/ingest-service.ts',
    '../domain/vod/clip.ts',
    '../adapters/knex/x.ts',
    'knex',
  ],
  ['adapters/memory/x.ts', '../knex/create-knex.ts', '../sharp/render-image.ts', 'node:fs', 'knex'],
  ['adapters/knex/x.ts', '../s3/s3-client.ts', '../../domain/ingest/ingest-service.ts', '@aws-sdk/client-s3'],
  ['adapters/s3/x.ts', '../fs/fs-object-store.ts', '../../config/settings.ts', 'pg', '@aws-sdk/types'],
  ['adapters/platform/x.ts', '../cache/engine.ts', '../../fp.ts', '../../composition/larder.ts'],
  ['adapters/sharp/headers/x.ts', '../../transcode/engine.ts', '../../../http/reply.ts', 'node-av'],
  ['http/routes/x.ts', '../../console/content.ts', '../../adapters/jose/x.ts', '../../server/drain.ts'],
  [
    'http/x.ts',
    'jose',
    'node:fs',
    'node:fs/promises',
    'fs',
    'fp-ts/Either',
    '../domain/ingest/ingest-service.ts',
  ],
  [
    'server/x.ts',
    '../console/content.ts',
    '../ports/cache.ts',
    '../domain/media/ids.ts',
    '../worker/start.ts',
  ],
  ['server/x.ts', '../domain/vod/vod-service.ts', 'koa', 'node:fs'],
  [
    'worker/x.ts',
    '../cli/command.ts',
    '../server/drain.ts',
    '../http/app.ts',
    '../adapters/fs/x.ts',
    'node:fs',
  ],
  ['cli/x.ts', '../http/app.ts', '../adapters/fs/x.ts', '../domain/ingest/ingest-service.ts', 'knex', 'pino'],
  ['cli/x.ts', '../console/content.ts', '../../package-lock.json'],
  ['terminal/x.ts', '../ports/cache.ts', '../domain/vod/vod-service.ts', '../config/settings.ts', 'node:fs'],
  ['config/x.ts', '../http/app.ts', '../adapters/jose/token-keys.ts', '../composition/larder.ts', 'node:fs'],
  ['composition/x.ts', '../cli/command.ts', '../worker/start.ts', '../terminal/x.ts', '../main.ts', 'sharp'],
  ['console/x.ts', '../domain/shared/errors.ts', '../fp.ts', 'node:fs', 'koa'],
  ['main.ts', './http/app.ts', './adapters/fs/x.ts', './domain/media/ids.ts', 'node:fs'],
  ['fp.ts', './domain/shared/errors.ts', 'io-ts'],
  ['bounded-cache.ts', './fp.ts', './adapters/cache/x.ts'],
]

/** All ways to name a module. */
const forms: ReadonlyArray<(name: string) => string> = [
  (name) => `import '${name}'`,
  (name) => `import "${name}"`,
  (name) => `import x, * as y from '${name}'`,
  (name) => `import {\n  x, // from 'io-ts'\n} from '${name}'`,
  (name) => `import { from } from '${name}' with { type: 'json' }`,
  (name) => `import type { X } from '${name}'`,
  (name) => `import x = require('${name}')`,
  (name) => `export * from '${name}'`,
  (name) => `export type { X } from /* of */ '${name}'`,
  (name) => `const x = await import('${name}')`,
  (name) => `const x = \`\${'}'} \${await import(/* late */ \`${name}\`)}\``,
  (name) => `const x = /['"\`]/.test(y) ? await import('${name}') : 'z'`,
  (name) => `type X = import('${name}').X`,
  (name) => `type X = typeof import('${name}')`,
  (name) => `const x = require('${name}')`,
  (name) => `const x = createRequire(import.meta.url)('${name}')`,
  (name) => `declare module '${name}' {}`,
  (name) => `/// <reference types="${name}" />`,
]

const withoutImports = [
  `// import '../x.ts'\n/* import '../x.ts' */`,
  `const x = "import '../x.ts'" + \`from '../x.ts'\` + '\\'from' + import.meta.url`,
  `const x = Array.from('../x.ts').map((from) => from / 2 / y['import'])`,
  `const require = createRequire(import.meta.url)\nrequire.resolve(name)`,
]

const computing = [
  'import(name)',
  `import('./' + name)`,
  'import(`./$' + '{name}`)',
  'require(name)',
  `const load = require`,
  `const load = createRequire(import.meta.url)`,
  `process.getBuiltinModule('fs')`,
  `import '\\x6eode:fs'`,
]

describe('the rooms of src', () => {
  const sources = filesBelow(['src'], /\.[cm]?[jt]sx?$/).map((file) => ({
    path: posix.relative('src', file),
    text: readText(file),
  }))

  it('import only what the table in CONTRIBUTING.md permits', () => {
    expect(sources.flatMap(({ path, text }) => refusals(path, text))).to.deep.equal([])
  })

  it('have no other sources than those that are read here', () => {
    const all = readdirSync('src', { recursive: true, withFileTypes: true }).filter(
      (entry) => !entry.isDirectory(),
    )
    const others = all.map(({ name }) => name).filter((name) => !/\.(?:md|css)$|^tsconfig\.json$/.test(name))
    expect(others).to.have.lengthOf(sources.length)
  })

  it('are permitted nothing twice', () => {
    const twice = rows.flatMap(({ rooms, ...permitted }) =>
      [...permitted.open, ...permitted.packages]
        .filter((name, index, names) => names.indexOf(name) !== index)
        .map((name) => `${rooms.join(', ')}: ${name}`),
    )
    expect(twice).to.deep.equal([])
  })

  it('each have one row, which permits nothing that no import uses', () => {
    const rooms = rows.flatMap((row) => row.rooms)
    const inUse = new Set(sources.map(({ path }) => roomOf(path)))
    expect(rooms.toSorted()).to.deep.equal([...inUse].sort())
    const unused = rows.flatMap((row) => {
      const needed = sources
        .filter(({ path }) => rowOf(path) === row)
        .flatMap(({ path, text }) => importedModules(text).flatMap((name) => neededFor(path, name)))
      const isUsed = (kind: Needed['kind']) => (permitted: string) =>
        needed.some((need) => need.kind === kind && need.ways.includes(permitted))
      return [
        ...row.open.filter((name) => !isUsed('open')(name)),
        ...row.packages.filter((name) => !isUsed('packages')(name)),
      ].map((name) => `${row.rooms.join(', ')}: ${name}`)
    })
    expect(unused).to.deep.equal([])
  })

  it('may not import over these borders', () => {
    const permitted = planted.flatMap(([path, ...modules]) =>
      modules
        .filter((name) => refusals(path, `import '${name}'`).length === 0)
        .map((name) => `${path}: ${name}`),
    )
    expect(permitted).to.deep.equal([])
  })

  it('need a row', () => {
    for (const path of [
      'no-such-room/x.ts',
      'domain/no-such-room/x.ts',
      'domain/x.ts',
      'adapters/x.ts',
      'adapters/no-such-room/a/b.ts',
      'x.ts',
    ])
      expect(refusals(path, ''), path).to.have.lengthOf(1)
  })
})

describe('the rooms of test', () => {
  it('are the rooms of src, for the tests of adapters and of the domain', () => {
    const rooms = new Set(rows.flatMap((row) => row.rooms))
    const elsewhere = filesBelow(['test/adapters', 'test/domain'], /\.test\.ts$/).filter(
      (file) => !rooms.has(roomOf(posix.relative('test', file))),
    )
    expect(elsewhere).to.deep.equal([])
  })
})

describe('the modules that a source imports', () => {
  it('are found in every form', () => {
    for (const form of forms) {
      expect(importedModules(form('node:fs')), form('node:fs')).to.deep.equal(['node:fs'])
      expect(refusals('ports/x.ts', form('node:fs')), form('node:fs')).to.have.lengthOf(1)
    }
    expect(importedModules('/// <reference path="x.d.ts" />')).to.deep.equal(['./x.d.ts'])
  })

  it('are none in comments and strings', () => {
    for (const source of withoutImports) expect(importedModules(source), source).to.deep.equal([])
  })

  it('must have a name in the source', () => {
    for (const source of computing) {
      expect(importedModules(source), source).to.deep.equal([computed])
      expect(refusals('cli/x.ts', source), source).to.have.lengthOf(1)
    }
  })

  it('are not looked for in a source that cannot be read', () => {
    for (const source of [`const x = 'a`, 'const x = [1)', 'const x = `${1', 'f('])
      expect(() => importedModules(source)).to.throw('unreadable')
  })
})
