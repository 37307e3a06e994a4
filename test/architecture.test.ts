import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { expect } from 'chai'

// Rules that the linter does not have. Each is tested with a line that it must find and one that it must allow.
const texts = [
  {
    about:
      'checks whether a pid is alive, which says nothing about other pid namespaces (process-identity.ts)',
    pattern: /process\.kill\([^)]*,\s*0\)/,
    found: 'process.kill(pid, 0)',
    allowed: "process.kill(pid, 'SIGKILL')",
  },
  {
    about: 'uses a pid in a name: use the name of a liveness (process-liveness.ts)',
    pattern: /process\.pid\b(?!, 'SIGKILL'\))|\bhostname\(/,
    found: '`lock.$' + '{process.pid}`',
    allowed: "process.kill(process.pid, 'SIGKILL')",
  },
  {
    about: 'uses a folder that is shared with other users: Larder writes only to DATA_DIR and CACHE_DIR',
    pattern: /\btmpdir\b|['"`]\/(?:var\/)?tmp\b|\/dev\/shm/,
    found: "path.join(tmpdir(), 'x')",
    allowed: "path.join(dataDir, 'scratch')",
  },
  {
    about: 'reads the code of a system error: use errno.ts',
    pattern: /'code' in |\b(?:error|cause|reason|err|failure)\.code\b|\bErrnoException\b/,
    found: "error.code === 'ENOENT'",
    // Typed by Node, in layers that must not import adapters; and PostgreSQL's own codes.
    except: [
      'server/listening.ts',
      'cli/quiet-warnings.ts',
      'server/http-server.ts',
      'server/protocol-errors.ts',
      'adapters/knex/statement-outcome.ts',
    ],
    allowed: 'isNotFound(error)',
  },
  {
    about: 'creates folders with their parents: use createFolder, as `mkdir` of Node never ends below /proc',
    pattern: /\bmkdir(?:Sync)?\([^)]*\brecursive\b/,
    found: 'await mkdir(folder, { recursive: true })',
    allowed: 'await createFolder(folder)',
  },
  {
    about: 'builds a shell command by hand: use shell-line.ts, which quotes',
    pattern: /\bsudo [^'"`]*\$\{/,
    found: `\`sudo chown $${'{path}'}\``,
    allowed: "shellLine(['sudo', 'chown', path])",
  },
  {
    about: 'runs a program: use runProgram, whose errors do not show command lines of Larder',
    pattern: /promisify\(execFile\)/,
    found: "await promisify(execFile)('mkfifo', ['-m', '600', fifo])",
    allowed: "await runProgram('mkfifo', [fifo])",
  },
  {
    about: 'exchanges messages with a child process: use startMessageChild, as `fork` buffers any message',
    pattern: /\bfork\(|\bprocess\.(?:send|on(?:ce)?\('message')|'ipc'/,
    found: "fork(CHILD, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })",
    allowed: 'startMessageChild(CHILD, request, command, onReply)',
  },
  {
    about: 'starts a process: use spawnChild, as `spawn` throws some failed starts and reports others',
    pattern: /\bspawn\(/,
    found: 'const child = spawn(program, args, options)',
    allowed: 'const child = spawnChild(program, args, options)',
  },
  {
    about: 'splits output into lines: use createLineSplitter, as `readline` buffers a line of any length',
    pattern: /node:readline['"]|\bcreateInterface\(/,
    found: "createInterface(child.stdout).on('line', onLine)",
    allowed: 'createLineSplitter(MAX_LINE, onLine)',
  },
] as const

describe('[V2] [V26] processes, shared folders and system errors', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith(join('adapters', 'platform')))
    .map((name) => ({ name, text: readFileSync(join('src', name), 'utf8') }))

  for (const { about, pattern, found, allowed, ...rule } of texts)
    it(`only src/adapters/platform ${about}`, () => {
      expect(found).to.match(pattern)
      expect(allowed).not.to.match(pattern)
      const matching = sources.filter(({ text }) => pattern.test(text)).map(({ name }) => name)
      expect(matching).to.have.members('except' in rule ? rule.except : [])
    })
})

describe('[M5] the identity of this process', () => {
  it('comes only from its beacon, which publishes it to other processes first', () => {
    const using = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
      (name) =>
        name.endsWith('.ts') && /\bcurrentProcessIdentity\b/.test(readFileSync(join('src', name), 'utf8')),
    )
    expect(using).to.have.members([
      'adapters/platform/process-liveness.ts',
      'adapters/platform/process-identity.ts',
    ])
  })
})

// Each kind of client of another machine is created in one place, which sets its time limits.
const singlePlaces = [
  { of: 'routers', pattern: /new Router\(/, in: ['src/http/router.ts'] },
  {
    of: 'pools of connections',
    pattern: /^import knex\b(?! from 'knex\/)/m,
    in: ['src/adapters/knex/create-knex.ts'],
  },
  { of: "pg's own pools", pattern: /new (pg\.)?Pool\(/, in: [] },
  { of: 'S3 clients', pattern: /new S3Client\(/, in: ['src/adapters/s3/s3-client.ts'] },
]

describe('[V21] waits for other machines', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ path: join('src', name), text: readFileSync(join('src', name), 'utf8') }))

  for (const { of, pattern, in: places } of singlePlaces)
    it(`have limits: ${of} are created in one place`, () => {
      const found = sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path)
      expect(found).to.deep.equal(places)
    })

  it('have limits: a single connection has a connection timeout', () => {
    for (const { path, text } of sources)
      for (const [, options] of text.matchAll(/new (?:pg\.)?Client\(([^)]*)\)/g))
        expect([path, options?.includes('connectionTimeoutMillis')]).to.deep.equal([path, true])
  })

  it('have limits: each request to S3 is one of `S3Calls`', () => {
    for (const { path, text } of sources) {
      if (!path.startsWith('src/adapters/s3/')) continue
      for (const [line] of text.matchAll(/^.*client\.send\(.*$/gm))
        expect([path, /abortSignal/.test(line)]).to.deep.equal([path, true])
    }
  })
})

describe('the bytes of a source film', () => {
  /** Open no source: they write copies of it, or read what engines wrote. */
  const others = [
    'segmenter.ts',
    'read-progressive.ts',
    'set-upright-matrix.ts',
    'stream-clock.ts',
    'second-file.ts',
    'ogg-serials.ts',
  ]
  it('are read by one file alone, which bounds what hostile ones cost this process', () => {
    const readers = readdirSync('src/adapters/transcode', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .filter((name) =>
        /import .*\b(open|openSync|readFile|readFileSync|createReadStream)\b.* from 'node:fs/.test(
          readFileSync(join('src/adapters/transcode', name), 'utf8'),
        ),
      )
    expect(readers.map((name) => basename(name))).to.have.members(['source-bytes.ts', ...others])
  })
})

// An interval measured by a clock that can be set is prolonged when the clock is set back.
const clocks = [
  {
    of: 'the time of day',
    pattern: /\bDate\.now\b|\bnew Date\(\)/,
    in: [
      'src/adapters/cache/disk/verified-chunks.ts', // compared with file times
      'src/adapters/memory/memory-object-store.ts',
      'src/adapters/platform/leftovers.ts', // compared with file times
      'src/adapters/platform/process-liveness.ts', // compared with file times
      'src/composition/adapters.ts',
      'src/composition/explain-token.ts',
      'src/server/protocol-errors.ts', // the header Date
    ],
  },
  {
    of: 'intervals',
    pattern: /\bperformance\.now\b|\bhrtime\b/,
    in: ['src/adapters/platform/system-monotonic.ts', 'src/server/stalled-clients.ts'],
  },
]

describe('[M2] clocks', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('console/'))
    .map((name) => ({ path: join('src', name), text: readFileSync(join('src', name), 'utf8') }))

  for (const { of, pattern, in: places } of clocks)
    it(`of ${of} are read only in these places, and passed to all others as a separate type`, () => {
      expect(sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path)).to.have.members(places)
    })
})

describe('[M2] a parameter that is a clock', () => {
  it('has the type Clock or Monotonic, so that neither can be passed for the other', () => {
    const clock = /\b(?:now|clock|monotonic|stopwatch)\??: \(+\) => number/
    expect('readonly stopwatch: (() => number) | null').to.match(clock)
    expect('readonly now: () => number').to.match(clock)
    const found = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
      (name) =>
        name.endsWith('.ts') &&
        !name.startsWith('console/') &&
        clock.test(readFileSync(join('src', name), 'utf8')),
    )
    expect(found).to.deep.equal([])
  })
})

describe('a cache hit', () => {
  it('is constructed by cache code alone; all other code maps it', () => {
    const constructing = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(
      (name) => name.endsWith('.ts') && /\bnew Found\b/.test(readFileSync(join('src', name), 'utf8')),
    )
    expect(constructing).to.have.members([
      'adapters/cache/tiers/cache-tier.ts',
      'adapters/cache/tiers/tier-stale-cache.ts',
      'domain/caching/found.ts',
      'domain/caching/read-through.ts',
    ])
  })
})

describe('[V23] the cache', () => {
  it('is written only by the two reads that take the generation before they load', () => {
    const folders = ['src/domain', 'src/http', 'src/cli', 'src/worker', 'src/server', 'src/composition']
    const setting = folders
      .flatMap((folder) =>
        readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
      )
      .filter(
        (file) =>
          file.endsWith('.ts') && /\bcache\s*\.(set|generation|beginLoad)\(/.test(readFileSync(file, 'utf8')),
      )
    expect(setting).to.have.members([
      'src/domain/access/authorized-read.ts',
      'src/domain/caching/read-through.ts',
    ])
  })
})

describe('[P11] the start of the command line', () => {
  /** Returns the packages that are loaded with a file, without its `import()` calls. */
  const packagesOf = (file: string, seen = new Set<string>()): ReadonlySet<string> => {
    if (seen.has(file)) return new Set()
    seen.add(file)
    const packages = new Set<string>()
    for (const [, isType, path = ''] of readFileSync(file, 'utf8').matchAll(
      /^(?:import|export) (type )?(?:[^'();]*? from )?'([^']+)'/gm,
    )) {
      if (isType !== undefined || path.startsWith('node:')) continue
      if (path.startsWith('.'))
        for (const name of packagesOf(join(dirname(file), path), seen)) packages.add(name)
      else packages.add(path.split('/')[0] ?? '')
    }
    return packages
  }

  it('loads neither the AWS SDK nor sharp, Knex or Koa, for any command', () => {
    for (const file of ['src/main.ts', ...filesIn('src/cli')])
      expect([...packagesOf(file)], file).to.have.members(
        [...packagesOf(file)].filter((name) => small.has(name)),
      )
    expect([...packagesOf('src/composition/adapters.ts')]).to.include.members(['@aws-sdk', 'knex', 'pg'])
  })
})

const small = new Set(['fp-ts', 'io-ts'])
const filesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
