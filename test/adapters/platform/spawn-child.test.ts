import { once } from 'node:events'
import { expect } from 'chai'
import { spawnChild } from '../../../src/adapters/platform/spawn-child.ts'

describe('spawnChild', () => {
  it('reports every failed start by an event, also the ones that Node throws', async () => {
    const starts = [
      () => spawnChild('no-such-program', [], {}),
      // The kernel refuses an argument of more than 128 KiB.
      () => spawnChild(process.execPath, ['x'.repeat(2 ** 20)], {}),
    ]
    for (const start of starts) {
      const child = start()
      const closed = new Promise((resolve) => child.on('close', resolve))
      const [error] = await once(child, 'error')
      expect(String(error)).to.match(/ENOENT|E2BIG/)
      expect(child.kill('SIGKILL')).to.equal(false)
      await closed
    }
  })
})
