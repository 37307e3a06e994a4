import { join } from 'node:path'
import { expect } from 'chai'
import { createFsObjectStore } from '../../src/adapters/fs/fs-object-store.ts'
import { formatTokenKeys } from '../../src/adapters/jose/token-keys.ts'
import { createKnexContentFileRepository } from '../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexInstances } from '../../src/adapters/knex/knex-instances.ts'
import { createKnexRevocations } from '../../src/adapters/knex/knex-revocations.ts'
import { localProcessLiveness } from '../../src/adapters/platform/process-liveness.ts'
import { right } from '../support/expect-right.ts'
import { seedImage } from '../support/library.ts'
import { createMemoryLarder, testKeys } from '../support/memory-larder.ts'
import { connectionUrl, withDatabase } from '../support/postgres.ts'
import { pollUntilTrue } from '../support/processes.ts'
import { serveLarder, waitUntilReady } from '../support/run-larder.ts'
import { removeScratch, scratchFolder } from '../support/scratch.ts'

describe('a server that stops (§13.1)', () => {
  const database = withDatabase()
  after(removeScratch)

  it('hears of changes and revocations for as long as it replies, and is listed until then', async () => {
    const dataDir = await scratchFolder()
    const knex = database.knex()
    const larder = await createMemoryLarder({
      clock: Date.now,
      store: createFsObjectStore(join(dataDir, 'objects'), localProcessLiveness),
      imageFiles: createKnexImageFileRepository(knex),
      contentFiles: createKnexContentFileRepository(knex),
    })
    const [revoked, changed] = [await seedImage(larder), await seedImage(larder)]
    const { base, end } = await serveLarder({
      DATA_DIR: dataDir,
      DATABASE_URL: connectionUrl(database.connection()),
      IMAGE_TOKEN_KEYS: formatTokenKeys([testKeys.image]),
      LAME_DUCK_SECONDS: '10',
    })
    await waitUntilReady(base)
    const read = ({ uid, jwt }: typeof revoked) =>
      fetch(`${base}/api/1/image_files/playlist/${uid}?jwt=${jwt}`)
    for (const image of [revoked, changed]) expect((await read(image)).status).to.equal(200)

    const ended = end('SIGTERM')
    await pollUntilTrue(async () => (await fetch(`${base}/readyz`)).status === 503)
    await right(createKnexRevocations(knex).revoke({ kind: 'uid', subject: revoked.uid }))
    await knex.raw('update image_file_exports set width = 77 where uid = ?', [changed.exports[0]?.uid ?? ''])
    await pollUntilTrue(async () => (await read(revoked)).status === 403)
    await pollUntilTrue(async () => (await (await read(changed)).text()).includes('"width":77'))
    expect(await right(createKnexInstances(knex).list)).to.have.length(1)

    expect(await ended).to.equal(0)
    expect(await right(createKnexInstances(knex).list)).to.deep.equal([])
  })
})
