import { expect } from 'chai'
import { loadSettings } from '../../src/composition/load-settings.ts'
import { E } from '../../src/fp.ts'

const good = (env: Record<string, string> = {}) => {
  const config = loadSettings(env)
  if (E.isLeft(config)) return expect.fail(config.left.join('\n'))
  return config.right
}

const faults = (env: Record<string, string>): ReadonlyArray<string> => {
  const config = loadSettings(env)
  return E.isLeft(config) ? config.left : expect.fail('these settings were taken')
}

const key = Buffer.alloc(32, 7).toString('base64url')

describe('settings', () => {
  it('all have a default', () => {
    expect(good()).to.include({ host: '127.0.0.1', port: 8080, publicUrl: 'http://127.0.0.1:8080', s3: null })
  })

  it('that are empty count as not set', () => {
    expect(good({ PORT: '', S3_BUCKET: '', DATABASE_URL: '' })).to.deep.equal(good())
  })

  it('are decoded', () => {
    const config = good({
      PUBLIC_URL: 'https://media.example.org/',
      S3_BUCKET: 'media',
      S3_FORCE_PATH_STYLE: '1',
      CACHE_MAX_BYTES: '2G',
      CORS_ORIGINS: 'https://a.example.org, https://b.example.org',
      OUTBOUND_ALLOW: '10.1.2.3, 10.20.0.0/16,fd00::/8',
      CONTENT_TOKEN_KEYS: `new:HS256:${key},old:HS256:${key}`,
    })
    expect(config).to.deep.include({
      publicUrl: 'https://media.example.org',
      s3: { bucket: 'media', prefix: '', endpoint: null, region: null, forcePathStyle: true },
      cacheMaxBytes: 2 * 1024 ** 3,
      corsOrigins: ['https://a.example.org', 'https://b.example.org'],
      outboundAllow: ['10.1.2.3', '10.20.0.0/16', 'fd00::/8'],
    })
    expect(config.contentTokenKeys?.map(({ kid }) => kid)).to.deep.equal(['new', 'old'])
  })

  it('include samples only if the database is the embedded one', () => {
    expect(good().sampleMedia).to.equal(true)
    expect(good({ DATABASE_URL: 'postgres://db/larder' }).sampleMedia).to.equal(false)
  })

  it('that are invalid are all reported at once, each with its fault and an example', () => {
    expect(faults({ HOST: 'a b', PORT: '70000', PUBLIC_URL: 'media', LOG_LEVEL: 'loud' })).to.deep.equal([
      'HOST=a b is neither an address nor the name of a host; for example HOST=0.0.0.0',
      'PORT=70000 is not a whole number from 0 to 65535; for example PORT=8080',
      'PUBLIC_URL=media is not a URL of http: or https:; for example PUBLIC_URL=https://media.example.org',
      'LOG_LEVEL=loud is none of debug, info, warn, error, silent; for example LOG_LEVEL=info',
    ])
  })

  it('that are numbers of bytes report the permitted range', () => {
    expect(faults({ MAX_HEADER_BYTES: '1T', MAX_BODY_BYTES: '1T', CACHE_MAX_BYTES: '0' })).to.deep.equal([
      'MAX_HEADER_BYTES=1T is not a number of bytes from 1K to 1M; for example MAX_HEADER_BYTES=16K',
      'MAX_BODY_BYTES=1T is not a number of bytes from 1 to 1G; for example MAX_BODY_BYTES=1M',
      'CACHE_MAX_BYTES=0 is not a number of bytes from 1M to 1024T; for example CACHE_MAX_BYTES=10G',
    ])
    expect(good({ MAX_HEADER_BYTES: '1K', MAX_BODY_BYTES: '1G' }).limits).to.include({
      headerBytes: 1024,
      bodyBytes: 1024 ** 3,
    })
  })

  const bad: ReadonlyArray<readonly [string, string]> = [
    ['HOST', 'a b'],
    ['HOST', 'http://media.example.org'],
    ['S3_BUCKET', 'my bucket'],
    ['S3_REGION', 'eu central 1'],
    ['PORT', '80a'],
    ['PORT', '-1'],
    ['DATABASE_URL', 'mysql://db/larder'],
    ['DATABASE_POOL_MAX', '1'],
    ['S3_ENDPOINT', 'localhost:9000'],
    ['S3_PREFIX', 'no-slash'],
    ['S3_FORCE_PATH_STYLE', 'yes'],
    ['CACHE_MAX_BYTES', '10X'],
    ['MAX_HEADER_BYTES', '1'],
    ['PUBLIC_URL', 'https://media.example.org/sub'],
    ['PUBLIC_URL', 'https://media.example.org/?a=1'],
    ['PUBLIC_URL', 'https://ann:secret@media.example.org'],
    ['CACHE_MAX_BYTES', '0'],
    ['IMAGE_TOKEN_KEYS', 'k1:HS512:abc'],
    ['IMAGE_TOKEN_KEYS', 'k1:HS256:c2hvcnQ'],
    ['IMAGE_TOKEN_KEYS', `k1:HS256:${key},k1:HS256:${key}`],
    ['ID_TOKEN_SECRET', 'short'],
    ['UID_PREFIX', 'a/b'],
    ['CORS_ORIGINS', 'https://a.example.org/path'],
    ['SHUTDOWN_GRACE_SECONDS', '1.5'],
    ['OUTBOUND_ALLOW', 'files.example.org'],
    ['OUTBOUND_ALLOW', '10.0.0.0/33'],
    ['OUTBOUND_ALLOW', '10.0.0.0/8/8'],
    ['OUTBOUND_ALLOW', 'fe80::1%eth0'],
    ['OUTBOUND_ALLOW', '10.1.2.3:8080'],
  ]
  for (const [name, value] of bad) {
    it(`refuse ${name}=${value}`, () => {
      expect(faults({ [name]: value })).to.have.length(1)
      expect(faults({ [name]: value })[0]).to.match(new RegExp(`^${name}.*; for example ${name}=`))
    })
  }

  it('that are secret are not repeated when they are invalid', () => {
    const secrets = {
      DATABASE_URL: 'mysql://larder:xyzzy@db/x',
      IMAGE_TOKEN_KEYS: 'k1:HS999:xyzzy',
      ID_TOKEN_SECRET: 'xyzzy',
    }
    expect(faults(secrets)).to.have.length(3)
    expect(faults(secrets).join('\n')).not.to.include('xyzzy')
  })
})
