import { expect } from 'chai'
import { createRandomUid } from '../../../src/adapters/crypto/random-uid.ts'
import { createExportStore } from '../../../src/domain/ingest/export-store.ts'
import { TE } from '../../../src/fp.ts'
import { aStoredFile } from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { fakeTranscodeResult } from '../../support/fake-transcode-result.ts'

describe('the language of exports (§8.6)', () => {
  const { made, plan } = fakeTranscodeResult()
  const store = createExportStore(createRandomUid(null))
  const languagesOf = async (audioLanguage: string | null) => {
    const exports = await right(
      store(
        ({ start, end }, contentType) => TE.right(aStoredFile({ contentType, size: end - start })),
        { ...made, audioLanguage },
        plan,
      ),
    )
    return exports.map(({ audio, language }) => [audio !== null, language])
  }

  it('is that of the sound that was encoded, and of no export without sound', async () => {
    const languages = await languagesOf('deu')
    expect(languages).to.deep.include([true, 'deu']).and.deep.include([false, null])
    for (const [hasSound, language] of languages) expect(language).to.equal(hasSound ? 'deu' : null)
    expect(new Set((await languagesOf(null)).map(([, language]) => language))).to.deep.equal(new Set([null]))
  })
})
