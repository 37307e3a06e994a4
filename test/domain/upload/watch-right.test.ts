import { expect } from 'chai'
import { decodeJwt } from 'jose'
import type { Larder } from '../../../src/composition/larder.ts'
import { authenticateAdminUploads } from '../../../src/domain/upload/uploader-rights.ts'
import { E } from '../../../src/fp.ts'
import type { RevocationTarget } from '../../../src/ports/revocations.ts'
import { anUploadRequest } from '../../support/builders.ts'
import { inChunks } from '../../support/bytes.ts'
import { right } from '../../support/expect-right.ts'
import { createMemoryLarder } from '../../support/memory-larder.ts'
import { createTemporaryIncoming } from '../../support/temporary-incoming.ts'

describe('the right of an admin to send bytes', () => {
  let larder: Larder
  const folder = createTemporaryIncoming()

  beforeEach(async () => {
    larder = await createMemoryLarder({ clock: Date.now, ...(await folder.adapters()) })
    await right(larder.admins.setAdmin('ann', true))
  })

  const authenticate = async () => {
    const token = await right(larder.admins.mintIdToken('ann'))
    const rights = await right(authenticateAdminUploads(larder.admins, 1e9)(token))
    return { rights, jti: decodeJwt(token).jti ?? '' }
  }

  for (const kind of ['jti', 'sub'] as const)
    it(`ends with the token of the request (${kind}), also if that is revoked before the first byte`, async () => {
      const { rights, jti } = await authenticate()
      const other = await authenticate()
      const uid = await right(larder.uploadService.begin(rights, anUploadRequest(3)))
      const append = async (by: typeof rights, bytes: string) =>
        E.toUnion(
          await larder.uploadService.withUpload(by, uid, (held) =>
            held.append(inChunks(Buffer.from(bytes))),
          )(),
        )
      const target: RevocationTarget = { kind, subject: kind === 'jti' ? jti : 'ann' }
      await right(larder.revocations.revoke(target))
      expect(await append(rights, 'a')).to.include({ _tag: 'Forbidden' })
      expect(await append((await authenticate()).rights, 'a')).to.have.nested.property('upload.offset', 1)
      const byOther = await append(other.rights, 'b')
      if (kind === 'sub') expect(byOther).to.include({ _tag: 'Forbidden' })
      else expect(byOther).to.have.nested.property('upload.offset', 2)
    })
})
