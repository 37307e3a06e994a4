import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect } from 'chai'
import { SignJWT } from 'jose'
import { createJoseIdTokenIssuer } from '../../src/adapters/jose/jose-id-token-issuer.ts'
import { createJoseMediaTokens } from '../../src/adapters/jose/jose-media-tokens.ts'
import { formatTokenKeys, generateSecretKey } from '../../src/adapters/jose/token-keys.ts'
import { createCommandPrinter } from '../../src/cli/command.ts'
import { tokenCommand } from '../../src/cli/token-command.ts'
import { loadSettings } from '../../src/composition/load-settings.ts'
import { E } from '../../src/fp.ts'
import { right } from '../support/expect-right.ts'

/**
 * The name of the error's class: mocha and the command load the class separately, so `instanceof` would fail.
 */
const nameOf = (error: unknown): string => (error instanceof Error ? error.constructor.name : '')

describe('larder token --explain [V61]', () => {
  const keys = {
    image: [generateSecretKey('k1')],
    content: [generateSecretKey('k1')],
    id: [generateSecretKey('k1')],
  }
  let folder: string

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'larder-explain-'))
    await mkdir(path.join(folder, 'keys'))
    for (const [use, list] of Object.entries(keys))
      await writeFile(path.join(folder, 'keys', `${use}-tokens`), formatTokenKeys(list))
  })
  afterEach(() => rm(folder, { recursive: true }))

  /** Runs the command with settings of an unreachable database and store. */
  const explain = async (jwt: string, env: Readonly<Record<string, string>> = {}, isJson = false) => {
    const config = loadSettings({ DATA_DIR: folder, DATABASE_URL: 'postgres://127.0.0.1:1/nothing', ...env })
    if (E.isLeft(config)) return expect.fail(config.left.join())
    const lines: string[] = []
    const out = createCommandPrinter((line) => void lines.push(line), isJson)
    const code = await tokenCommand.run({ config: config.right, args: ['--explain', jwt], ...out })
    return { code, lines }
  }

  const media = (issuer = 'larder', clock = Date.now) =>
    createJoseMediaTokens({ issuer, leewaySeconds: 0, maxTtlSeconds: 2_592_000, clock, keys })

  /** Signs a token as another service might sign it. */
  const signed = (use: 'image' | 'content', claims: Readonly<Record<string, unknown>>) => {
    const now = Math.floor(Date.now() / 1000)
    const [key] = keys[use]
    const always = { iss: 'larder', aud: `larder-${use}`, iat: now - 1, exp: now + 60 }
    return new SignJWT({ ...always, ...claims })
      .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
      .sign(key?.material ?? expect.fail())
  }

  it('reports what a good token permits, using only the keys, and creates no files', async () => {
    const jwt = await right(
      media().mint('content', 'cf_a', 60, { maxh: 480, clip: [1, 2], exports: ['cfe_a'] }),
    )
    const { code, lines } = await explain(jwt)
    expect(code).to.equal(0)
    expect(lines.slice(0, 2)).to.deep.equal([
      'good signature: key "k1" of content tokens',
      'opens: the sound or film "cf_a"',
    ])
    expect(lines[2]).to.match(/^until: \d{4}-\d\d-\d\dT/)
    expect(lines[3]).to.match(/^minted: \d{4}-\d\d-\d\dT/)
    expect(lines[4]).to.match(/^jti: "[\w-]{22}"$/)
    expect(lines.slice(5)).to.deep.equal([
      'only: renditions of at most 480 pixels in height',
      'only: seconds 1 to 2',
      'only: exports "cfe_a"',
    ])
    expect(await readdir(folder)).to.deep.equal(['keys'])
    expect((await readdir(path.join(folder, 'keys'))).length).to.equal(3)

    const id = createJoseIdTokenIssuer({
      issuer: 'larder',
      leewaySeconds: 0,
      maxTtlSeconds: 2_592_000,
      clock: Date.now,
      keys: keys.id,
    })
    const { lines: ofId } = await explain(await right(id.mint('me@example.org', 60)))
    expect(ofId[1]).to.equal('opens: no file; it identifies its bearer as "me@example.org"')
  })

  it('reports the name of a token that has one, and accepts only a text as a name', async () => {
    const { code, lines } = await explain(await signed('image', { sub: 'if_a', jti: 'a\nb' }))
    expect(code).to.equal(0)
    expect(lines.slice(4)).to.deep.equal(['jti: "a\\nb"'])
    for (const jti of ['', 7, null, ['a']]) {
      const explained = await explain(await signed('image', { sub: 'if_a', jti }))
      expect(explained.code, JSON.stringify(jti)).to.equal(0)
      expect(explained.lines, JSON.stringify(jti)).to.have.length(4)
    }
  })

  it('reports a bad signature before any claim', async () => {
    const jwt = await right(media().mint('image', 'if_secret', 60))
    const foreignTokens = createJoseMediaTokens({
      issuer: 'larder',
      leewaySeconds: 0,
      maxTtlSeconds: 2_592_000,
      clock: Date.now,
      keys: { ...keys, image: [generateSecretKey('k1')], content: [generateSecretKey('other')] },
    })
    for (const [text, reason] of [
      [`${jwt}=`, 'it is not a JWT of three parts'],
      ['rubbish', 'it is not a JWT of three parts'],
      [`${jwt.slice(0, -8)}AAAAAAAA`, 'it was not signed by the key that its header names'],
      [
        await right(foreignTokens.mint('image', 'if_secret', 60)),
        'it was not signed by the key that its header names',
      ],
      [await right(foreignTokens.mint('content', 'if_secret', 60)), 'no configured key has the kid'],
    ] as const) {
      const { code, lines } = await explain(text)
      expect(code).to.equal(1)
      expect(lines).to.have.length(1)
      expect(lines[0])
        .to.match(/^bad signature: /)
        .and.include(reason)
      expect(lines[0]).not.to.include('if_secret')
    }
  })

  it('finds the token in a link or a header', async () => {
    const jwt = await right(media().mint('image', 'if_a', 60))
    for (const text of [
      `https://media.example.org/console/watch/if_a?jwt=${jwt}`,
      `https://media.example.org/x?a=1&jwt=${jwt}&b=2#top`,
      `https://media.example.org/api/1/~${jwt}/image_files/playlist/if_a`,
      `bearer ${jwt}`,
      `Authorization: Bearer ${jwt}`,
      ` ${jwt}\n`,
    ])
      expect((await explain(text)).lines[1], text).to.equal('opens: the picture "if_a"')
  })

  it('prints JSON fields for programs', async () => {
    const jwt = await right(media().mint('image', 'if_a', 60, { maxh: 480 }))
    const [line = ''] = (await explain(jwt, {}, true)).lines
    const { claims, ...rest } = JSON.parse(line)
    expect(claims).to.include({ sub: 'if_a' })
    expect(rest).to.deep.equal({
      signature: 'good',
      use: 'image',
      kid: 'k1',
      refusal: null,
      restrictions: { maxh: 480 },
    })
    const [bad = ''] = (await explain('rubbish', {}, true)).lines
    expect(JSON.parse(bad)).to.deep.equal({ signature: 'bad', reason: 'malformed' })
  })

  it('reports other faults', async () => {
    const hourAgo = () => Date.now() - 3_600_000
    for (const [jwt, reason] of [
      [await right(media('larder', hourAgo).mint('image', 'if_a', 60)), /^refused: it expired at \d{4}-/],
      [
        await right(media('other').mint('image', 'if_a', 60)),
        /^refused: iss is "other", but TOKEN_ISSUER is "larder"$/,
      ],
      [
        await signed('image', { sub: 'if_a', exp: Math.floor(Date.now() / 1000) + 40 * 86_400 }),
        /^refused: it is valid for 345600\d seconds from iat to exp; TOKEN_MAX_TTL_SECONDS is 2592000$/,
      ],
      [
        await signed('image', { sub: 'if_a', iat: Math.floor(Date.now() / 1000) + 900 }),
        /^refused: iat is \d{4}-.*Z, more than 60 seconds later than the clock of this machine$/,
      ],
    ] as const) {
      const { code, lines } = await explain(jwt)
      expect(code).to.equal(1)
      expect(lines[0]).to.equal('good signature: key "k1" of image tokens')
      expect(lines[1]).to.match(reason)
    }
  })

  it('reports times that are given in milliseconds', async () => {
    const now = Date.now()
    for (const [claim, value] of [
      ['exp', now + 60_000],
      ['iat', now],
      ['nbf', now],
    ] as const) {
      const { code, lines } = await explain(await signed('image', { sub: 'if_a', [claim]: value }))
      expect(code, claim).to.equal(1)
      expect(lines, claim).to.have.length(2)
      expect(lines[1])
        .to.match(/^refused: /)
        .and.include(`${claim} is ${value}, in milliseconds`)
    }
  })

  it('reports what the subject is if it is of the wrong kind', async () => {
    for (const [use, sub, what] of [
      ['content', 'cfe_x', 'an export'],
      ['content', `acme_cfep_${'x'.repeat(22)}`, 'a part'],
      ['image', 'cf_x', 'a sound or film'],
      ['content', 'if_x', 'a picture'],
      ['image', 'ife_x', 'an export'],
      ['image', 's3f_x', 'a stored file'],
    ] as const) {
      const { code, lines } = await explain(await signed(use, { sub }))
      expect(code, sub).to.equal(1)
      expect(lines, sub).to.have.length(2)
      expect(lines[1]).to.include(`refused: sub is "${sub}", the uid of ${what}`)
    }
    for (const sub of ['if_x', `acme_if_${'x'.repeat(22)}`, 'old-picture'])
      expect((await explain(await signed('image', { sub }))).lines[1]).to.equal(`opens: the picture "${sub}"`)
  })

  it('agrees with the server, which uses the same code', async () => {
    for (const claims of [
      { sub: 'cfe_x' },
      { sub: 'if_x' },
      { maxh: 'low' },
      { exp: 1e12 },
      { clip: [1, 2] },
    ]) {
      const jwt = await signed('content', { sub: 'cf_x', ...claims })
      const opens = E.isRight(await media().verify('content', jwt)())
      expect((await explain(jwt)).code, JSON.stringify(claims)).to.equal(opens ? 0 : 1)
    }
  })

  it('distinguishes kinds with a shared key by their audience', async () => {
    const shared = formatTokenKeys(keys.content)
    const env = { IMAGE_TOKEN_KEYS: shared, CONTENT_TOKEN_KEYS: shared }
    const { lines } = await explain(await right(media().mint('content', 'cf_a', 60)), env)
    expect(lines[1]).to.equal('opens: the sound or film "cf_a"')
  })

  it('needs keys: a folder without keys is an error', async () => {
    await rm(path.join(folder, 'keys'), { recursive: true })
    const error: unknown = await explain('a.b.c').catch((cause: unknown) => cause)
    expect(nameOf(error)).to.equal('InvalidSettingError')
    expect(String(error)).to.include(`there are no keys in ${path.join(folder, 'keys')}`)
    await mkdir(path.join(folder, 'keys'))
    await writeFile(path.join(folder, 'keys', 'image-tokens'), 'k1:HS256:c2hvcnQ')
    const malformed: unknown = await explain('a.b.c').catch((cause: unknown) => cause)
    expect(nameOf(malformed)).to.equal('InvalidSettingError')
    expect(String(malformed)).to.match(/image-tokens has a key k1 for HS256 of fewer than 32 bytes/)
  })
})
