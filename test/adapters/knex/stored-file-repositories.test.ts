import { expect } from 'chai'
import { createKnexContentFileRepository } from '../../../src/adapters/knex/knex-content-file-repository.ts'
import { createKnexImageFileRepository } from '../../../src/adapters/knex/knex-image-file-repository.ts'
import { createKnexStoredFileRepository } from '../../../src/adapters/knex/knex-stored-file-repository.ts'
import { createMemoryStoredFileRepository } from '../../../src/adapters/memory/memory-stored-file-repository.ts'
import type { StoredFile } from '../../../src/domain/media/stored-file.ts'
import { storedFileRepositoryContract } from '../../contracts/stored-file-repository.contract.ts'
import {
  aNewContentExport,
  aNewContentFile,
  aNewFileJob,
  aNewImageExport,
  aNewImageFile,
  anImageFileUid,
} from '../../support/builders.ts'
import { right } from '../../support/expect-right.ts'
import { withDatabase } from '../../support/postgres.ts'

describe('memory stored-file repository', () => {
  storedFileRepositoryContract(async (keys) =>
    createMemoryStoredFileRepository(
      'lib_0123456789abcdef0123456789abcdef',
      (key) => keys.includes(key),
      () =>
        [...keys]
          .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
          .map((key) => ({ key, size: 1, kind: 'image', uid: anImageFileUid(), isOriginal: true })),
    ),
  )
})

describe('knex stored-file repository', () => {
  const { knex, empty } = withDatabase()
  storedFileRepositoryContract(async (keys) => {
    await empty()
    const rows = keys.map((key) => ({
      uid: key,
      key,
      content_type: 'video/mp4',
      file_size: 1,
      sha256: '0'.repeat(64),
    }))
    if (rows.length > 0) await knex()('s3_files').insert(rows)
    return createKnexStoredFileRepository(knex())
  })

  it('finds what objects belong to, without those of replaced exports', async () => {
    await empty()
    const imageFiles = createKnexImageFileRepository(knex())
    const contentFiles = createKnexContentFileRepository(knex())
    const [image, film] = [aNewImageFile(), aNewContentFile()]
    await right(imageFiles.add(image, aNewFileJob()))
    await right(contentFiles.add(film, aNewFileJob()))
    const [first, second] = [aNewImageExport(), aNewImageExport()]
    await right(imageFiles.addExports(image.uid, [first], null))
    await right(imageFiles.replaceExports(image.uid, [{ ...second, recipe: first.recipe + 1 }], null))
    const exported = aNewContentExport()
    await right(contentFiles.addExports(film.uid, [exported], null))
    const part = exported.parts[0]?.file ?? expect.fail('no part')
    const keys = [image.original, film.original, first.file, second.file, part].map(({ key }) => key)
    const uses = await right(createKnexStoredFileRepository(knex()).findUses([...keys, 's3_files/none']))
    const useOf = (
      { key, size }: StoredFile,
      kind: 'image' | 'content',
      uid: string,
      isOriginal: boolean,
    ) => ({
      ...{ key, size, kind, uid, isOriginal },
    })
    expect(uses).to.have.deep.members([
      useOf(image.original, 'image', image.uid, true),
      useOf(film.original, 'content', film.uid, true),
      useOf(second.file, 'image', image.uid, false),
      useOf(part, 'content', film.uid, false),
    ])
  })
})
