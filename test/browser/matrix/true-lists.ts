import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { expectTrueLists } from '../../support/naive/expect-true-lists.ts'
import { fetchOnce } from '../support/fetch-all.ts'
import { addressIn } from '../support/served-film.ts'
import { type ServedLibrary, serveLibrary } from '../support/served-library.ts'

/** Returns the first error in what the playlists of a file declare about its parts, or `null`. */
const errorIn = async (library: ServedLibrary, uid: string): Promise<string | null> => {
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
 * Adds each file of a folder, and compares what all its playlists declare about its parts with the parts. A
 * refused file is printed with the reason, and does not count as an error.
 */
export const printTrueLists = async (folder: string): Promise<boolean> => {
  const library = await serveLibrary()
  let allCorrect = true
  try {
    for (const name of (await readdir(folder)).sort()) {
      const { code, out, err } = await library.larder('add', '--json', path.join(folder, name))
      if (code !== 0) {
        console.log(`${name}: refused: ${err.at(-1)}`)
        continue
      }
      const error = await errorIn(library, JSON.parse(out.at(-1) ?? '{}').uid)
      if (error !== null) allCorrect = false
      console.log(`${name}: ${error ?? 'its playlists are correct'}`)
    }
  } finally {
    await library.close()
  }
  return allCorrect
}
