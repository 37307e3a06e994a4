import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { expectTrueLists } from '../../support/naive/expect-true-lists.ts'
import { fetchOnce } from '../support/fetch-all.ts'
import { addressIn } from '../support/served-film.ts'
import { type ServedLibrary, serveLibrary } from '../support/served-library.ts'

/** What the lists of a file say of its parts that is not so; `null` where all of it is. */
const untruthOf = async (library: ServedLibrary, uid: string): Promise<string | null> => {
  const jwt = await library.tokenFor(uid)
  const urlOf = (list: 'mobile.m3u8' | 'dash.mpd') => addressIn(library, uid, list, 'path', jwt).url
  try {
    await expectTrueLists({ master: urlOf('mobile.m3u8'), manifest: urlOf('dash.mpd') }, fetchOnce())
    return null
  } catch (cause) {
    return String(cause).replaceAll(jwt, '…')
  }
}

/**
 * Adds each file of a folder, and recomputes from the parts what all its lists say of them. A file that is refused is
 * printed with the reason, which is for the reader to judge.
 */
export const printTrueLists = async (folder: string): Promise<boolean> => {
  const library = await serveLibrary()
  let isWell = true
  try {
    for (const name of (await readdir(folder)).sort()) {
      const { code, out, err } = await library.larder('add', '--json', path.join(folder, name))
      if (code !== 0) {
        console.log(`${name}: refused: ${err.at(-1)}`)
        continue
      }
      const untruth = await untruthOf(library, JSON.parse(out.at(-1) ?? '{}').uid)
      if (untruth !== null) isWell = false
      console.log(`${name}: ${untruth ?? 'its lists are true'}`)
    }
  } finally {
    await library.close()
  }
  return isWell
}
