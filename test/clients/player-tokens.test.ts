import { expect } from 'chai'
import { createPlayerTokens, dashJsInterceptor, hlsJsConfig, playWithTokens } from '#larder-client'
import { encodeJsonBase64Url } from '../support/jwt-signing.ts'

/** A token as a player sees it: nothing here verifies its signature. */
const unsignedToken = (claims: Readonly<Record<string, unknown>>): string =>
  `${encodeJsonBase64Url({ alg: 'HS256' })}.${encodeJsonBase64Url(claims)}.x`

/** A clock that moves when the test says so, and wakes what sleeps until then. */
const createTestTimers = () => {
  let now = 1_800_000_000_000
  let sleepers: Array<{ readonly at: number; readonly wake: () => void }> = []
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
  return {
    timers: {
      now: () => now,
      sleep: (milliseconds: number, signal?: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          sleepers.push({ at: now + milliseconds, wake: resolve })
          signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
        }),
    },
    advance: async (seconds: number) => {
      for (const end = now + seconds * 1000; now < end; ) {
        await turn()
        now += 1000
        for (const { wake } of sleepers.filter(({ at }) => at <= now)) wake()
        sleepers = sleepers.filter(({ at }) => at > now)
      }
      await turn()
    },
  }
}

const baseUrl = 'https://media.example.com/larder'

describe('the tokens of a player, by the typed client', () => {
  const start = (seconds: number, clockError = 0) => {
    const { timers, advance } = createTestTimers()
    const failures: unknown[] = []
    const issued: string[] = []
    const broken = { is: false }
    const tokens = createPlayerTokens({
      baseUrl,
      timers,
      onError: (error) => failures.push(error),
      getToken: async () => {
        if (broken.is) throw new Error('the backend is away')
        const iat = Math.floor(timers.now() / 1000) + clockError
        const jwt = unsignedToken({ iat, exp: iat + seconds, jti: String(issued.length) })
        issued.push(jwt)
        return jwt
      },
    })
    return { tokens, advance, issued, failures, broken }
  }

  it('reach a watcher whose first token could not be had', async () => {
    const { tokens, advance, issued, failures, broken } = start(100)
    broken.is = true
    const used: string[] = []
    tokens.watch((jwt) => used.push(jwt))
    await advance(2)
    expect(failures).not.to.deep.equal([])
    broken.is = false
    await advance(20)
    expect(issued).to.have.length(1)
    expect(used).to.deep.equal(issued)
    tokens.stop()
  })

  it('are renewed before they end, by one request at a time', async () => {
    const { tokens, advance, issued } = start(100)
    const [first, same] = await Promise.all([tokens.fresh(), tokens.fresh()])
    expect([first, issued.length]).to.deep.equal([same, 1])
    await advance(74)
    expect(await tokens.fresh()).to.equal(first)
    await advance(3)
    expect(issued).to.have.length(2)
    expect(await tokens.fresh()).to.equal(issued[1])
    tokens.stop()
    await advance(300)
    expect(issued).to.have.length(2)
  })

  it('are renewed in time on a machine whose clock is wrong', async () => {
    for (const clockError of [-7200, 7200]) {
      const { tokens, advance, issued } = start(100, clockError)
      await tokens.fresh()
      await advance(70)
      expect(issued, String(clockError)).to.have.length(1)
      await advance(10)
      expect(issued, String(clockError)).to.have.length(2)
      tokens.stop()
    }
  })

  it('are asked for again when the backend was away', async () => {
    const { tokens, advance, issued, failures, broken } = start(100)
    await tokens.fresh()
    broken.is = true
    await advance(90)
    expect(failures.length).to.be.greaterThan(0)
    expect(await tokens.fresh()).to.equal(issued[0])
    broken.is = false
    await advance(15)
    expect(await tokens.fresh()).to.equal(issued[1])
    tokens.stop()
  })

  it('go to Larder alone', async () => {
    const { tokens } = start(100)
    const headers = { authorization: `bearer ${await tokens.fresh()}` }
    expect(await tokens.headersFor(`${baseUrl}/api/1/x`)).to.deep.equal(headers)
    for (const url of ['https://example.com/larder/', 'https://media.example.com/other', 'data:,x'])
      expect(await tokens.headersFor(url), url).to.deep.equal({})
    const request = await dashJsInterceptor(tokens)({ url: `${baseUrl}/a.mpd`, headers: { a: 'b' } })
    expect(request.headers).to.deep.equal({ a: 'b', ...headers })
    const set: string[] = []
    const xhr = {
      readyState: 0,
      open: (method: string, url: string) => set.push(`${method} ${url}`),
      setRequestHeader: (name: string, value: string) => set.push(`${name}: ${value}`),
    }
    await hlsJsConfig(tokens).xhrSetup(xhr, `${baseUrl}/a.m3u8`)
    expect(set).to.deep.equal([`GET ${baseUrl}/a.m3u8`, `authorization: ${headers.authorization}`])
    tokens.stop()
  })

  it('give a plain video a new URL at the same place of the film', async () => {
    const { tokens, advance, issued } = start(100)
    let loaded = () => {}
    let plays = 0
    const video = {
      src: '',
      currentTime: 0,
      paused: false,
      play: async () => {
        plays += 1
      },
      addEventListener: (_: string, listener: () => void) => {
        loaded = listener
      },
    }
    playWithTokens(tokens, video, (jwt) => `${baseUrl}/x.mp4?jwt=${jwt}`)
    await advance(1)
    expect(video.src).to.equal(`${baseUrl}/x.mp4?jwt=${issued[0]}`)
    video.currentTime = 42
    await advance(80)
    expect(video.src).to.equal(`${baseUrl}/x.mp4?jwt=${issued[1]}`)
    video.currentTime = 0
    loaded()
    expect([video.currentTime, plays]).to.deep.equal([42, 1])
    tokens.stop()
  })
})
