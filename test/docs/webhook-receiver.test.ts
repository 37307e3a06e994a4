import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { hmacWebhookSigning } from '../../src/adapters/crypto/hmac-webhook-signing.ts'
import { readText } from '../support/contract.ts'
import { freePort } from '../support/free-port.ts'
import { pollUntilTrue } from '../support/processes.ts'
import { makeSenderScene, startSender } from '../support/sender-scene.ts'

const program =
  /^## Be told what happens$.*?^```js\n(.*?)^```$/ms.exec(readText('docs/recipes.md'))?.[1] ?? ''

describe('the receiver of webhooks in docs/recipes.md', () => {
  let scene: ReturnType<typeof makeSenderScene>
  let child: ChildProcess
  let url: string
  let secret: string

  before(async () => {
    // Its clock stands, and the receiver refuses what is more than five minutes old.
    scene = makeSenderScene()
    const port = await freePort()
    url = `http://127.0.0.1:${port}/`
    secret = (await scene.add(url)).secret
    child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      env: { WEBHOOK_SECRET: secret, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await pollUntilTrue(() =>
      fetch(url).then(
        () => true,
        () => false,
      ),
    )
  })
  after(() => child.kill())

  const post = async (changed: { readonly body?: string; readonly at?: number; readonly by?: string }) => {
    const { body = '{}', at = Math.floor(Date.now() / 1000), by = secret } = changed
    const headers = {
      'webhook-id': 'ev_1',
      'webhook-timestamp': String(at),
      'webhook-signature': hmacWebhookSigning.sign([by], 'ev_1', at, '{}'),
    }
    return (await fetch(url, { method: 'POST', headers, body })).status
  }

  it('accepts what Larder sends, and refuses everything else', async () => {
    expect(await post({ body: '{"a":1}' })).to.equal(401)
    expect(await post({ at: Math.floor(Date.now() / 1000) - 301 })).to.equal(401)
    expect(await post({ at: Number.NaN })).to.equal(401)
    expect(await post({ by: hmacWebhookSigning.newSecret() })).to.equal(401)
    expect((await fetch(url, { method: 'POST', body: '{}' })).status).to.equal(401)
    scene.addEvent('media.ready', { uid: 'if_a', state: 'ready' })
    const { timer, stop } = startSender(scene)
    await timer.idle(() => scene.all()[0]?.state === 'delivered')
    await stop()
    child.kill()
    const [printed] = await Promise.all([text(child.stdout as NodeJS.ReadableStream), once(child, 'exit')])
    expect(printed).to.equal('media.ready if_a ready\n')
  })
})
