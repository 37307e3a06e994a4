import { expect } from 'chai'
import { right } from '../support/expect-right.ts'
import { seedLadder } from '../support/library.ts'
import { createMemoryLarder, listen } from '../support/memory-larder.ts'

describe('many callers without a token', () => {
  it('cost one query and one read of the store for each cold value', async () => {
    const plain = await createMemoryLarder()
    const counts = { isPublic: 0, find: 0, findVod: 0, listParts: 0, findPart: 0, read: 0 }
    const { contentFiles, store } = plain
    const counted = <K extends 'isPublic' | 'find' | 'findVod' | 'listParts' | 'findPart'>(name: K) => {
      const query = contentFiles[name] as (uid: string) => () => Promise<unknown>
      return ((uid: string) => {
        const ask = query(uid)
        return async () => {
          counts[name] += 1
          await new Promise((resolve) => setImmediate(resolve))
          return ask()
        }
      }) as unknown as (typeof contentFiles)[K]
    }
    const larder = await createMemoryLarder({
      ...plain,
      contentFiles: {
        ...contentFiles,
        isPublic: counted('isPublic'),
        find: counted('find'),
        findVod: counted('findVod'),
        listParts: counted('listParts'),
        findPart: counted('findPart'),
      },
      store: {
        ...store,
        read: (key, range) => {
          counts.read += 1
          return store.read(key, range)
        },
      },
    })
    const server = await listen(larder)
    const film = await seedLadder(larder)
    await right(larder.contentFiles.setPublic(film.uid, true))
    const ask = async (path: string) => {
      const replies = await Promise.all(
        Array.from({ length: 40 }, async () => (await server.get(`/api/1/content_files/${path}`)).status),
      )
      expect(new Set(replies), path).to.deep.equal(new Set([200]))
    }
    await ask(`${film.uid}/mobile.m3u8`)
    expect(counts).to.include({ isPublic: 1, find: 1 })
    await ask(`exports/${film.high.uid}.m3u8`)
    expect(counts).to.include({ isPublic: 1, findVod: 1, listParts: 1 })
    await ask(`exports/parts/${film.high.parts[1]?.uid}.m4s`)
    expect(counts).to.deep.equal({ isPublic: 1, find: 1, findVod: 1, listParts: 1, findPart: 1, read: 1 })
    await server.close()
  })
})
