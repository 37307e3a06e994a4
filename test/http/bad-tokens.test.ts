import { expect } from 'chai'
import { anImageFileUid } from '../support/builders.ts'
import { bearer, createMemoryLarder, listen } from '../support/memory-larder.ts'
import { createRecordingLog } from '../support/recording-log.ts'

describe('bad tokens', () => {
  it('raise no alert, in any number (§2.6, W18)', async () => {
    const { log, entries } = createRecordingLog()
    const server = await listen(await createMemoryLarder({ log }))
    const path = `/api/1/image_files/playlist/${anImageFileUid()}`
    for (const jwt of ['x', 'a.b.c', `${'e30.'.repeat(2)}`])
      for (let n = 0; n < 20; n++) {
        expect((await server.get(path, bearer(jwt))).status).to.equal(403)
        expect((await server.get(`${path}?jwt=${jwt}`)).status).to.equal(403)
      }
    expect(entries.filter(({ level }) => level === 'warn' || level === 'error')).to.deep.equal([])
    await server.close()
  })
})
