import { expect } from 'chai'
import { createRandomUid } from '../../../src/adapters/crypto/random-uid.ts'
import { examineStored, examineTranscoded } from '../../../src/domain/ingest/examine-transcoded.ts'
import { createExportStore } from '../../../src/domain/ingest/export-store.ts'
import { TE } from '../../../src/fp.ts'
import type { ProgressiveFile, Rendition, TranscodeResult } from '../../../src/ports/transcoder.ts'
import {
  a128,
  changeAt,
  made,
  plan,
  type Stored,
  v360,
  withMp4,
} from '../../support/break-fake-transcode-result.ts'
import { brokenExports } from '../../support/broken-exports.ts'
import { brokenLengths } from '../../support/broken-lengths.ts'
import { brokenRenditions } from '../../support/broken-renditions.ts'
import { aStoredFile } from '../../support/builders.ts'
import { filesBelow, readText } from '../../support/contract.ts'
import { right } from '../../support/expect-right.ts'

const broken = [...brokenLengths, ...brokenRenditions, ...brokenExports]

/** Returns a pattern for each violation in a source file. A pattern matches the rule and the message. */
const violationsIn = (source: string): ReadonlyArray<RegExp> => {
  const found = [...source.matchAll(/\bviolation\(\s*'([\w-]+)',\s*(?:`([^`]*)`|'([^']*)')/g)]
  expect(found.length, 'a violation whose message is not a literal').to.equal(
    [...source.matchAll(/\bviolation\(/g)].length,
  )
  return found.map(([, rule, template, text]) => {
    const words = (template ?? text ?? '').split(/\$\{[^}]*\}/)
    return new RegExp(`^${rule}: ${words.map((word) => word.replace(/[.()?*+]/g, '\\$&')).join('.+')}$`)
  })
}

/** Returns copies of a value. In each copy one number, flag or text is changed; the path names its place. */
const wrongLeaves = (value: unknown): ReadonlyArray<readonly [path: string, changed: unknown]> => {
  if (typeof value === 'number') return [['', 1000 * value + 1]]
  if (typeof value === 'boolean') return [['', !value]]
  if (typeof value === 'string') return [['', `${value}?`]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, child]) =>
    wrongLeaves(child).map(([path, changed]) => {
      const copy = Array.isArray(value)
        ? changeAt(value, Number(key), () => changed)
        : { ...value, [key]: changed }
      return [path === '' ? key : `${key}.${path}`, copy] as const
    }),
  )
}

/** Parsed values that need no check. */
const unexamined = [
  // The number of frames is checked instead: a film whose frames last unequally has too few or too many.
  /^v360: .*\.(?:shortest|longest)Ticks$/,
  // Only video has I-frame playlists, which use this value.
  /^a128: .*\.firstSampleEnd$/,
]

describe('the checks of the examiner', () => {
  let exports: Stored
  before(async () => {
    const store = createExportStore(createRandomUid(null))
    const upload = ({ start, end }: { readonly start: number; readonly end: number }, contentType: string) =>
      TE.right(aStoredFile({ contentType, size: end - start }))
    exports = await right(store(upload, made, plan))
  })

  for (const [what, film, ...expected] of broken)
    it(`refuse ${what}`, () => {
      const violations =
        typeof film === 'function' ? examineStored(made, film(exports)) : examineTranscoded(film, plan)
      expect(violations.map(({ rule, message }) => `${rule}: ${message}`)).to.deep.equal(expected)
    })

  it('each report a violation alone: no other check gives the same message', () => {
    const messages = broken.flatMap(([, , ...violations]) => violations)
    const patterns = violationsIn(filesBelow(['src/domain'], /\.ts$/).map(readText).join('\n'))
    const matching = messages.map((message) => patterns.filter((pattern) => pattern.test(message)))
    const alone = matching.flatMap((found) => (found.length === 1 ? found : []))
    expect(patterns.filter((pattern) => !alone.includes(pattern)).map(String)).to.deep.equal([])
  })

  it('cover each value that is parsed from the bytes', () => {
    const isNoticed = (film: TranscodeResult) =>
      examineTranscoded(film, plan).length > 0 || examineStored(film, exports).length > 0
    const unnoticed = [
      ...[v360, a128].flatMap((index) =>
        wrongLeaves(made.renditions[index]).flatMap(([path, rendition]) =>
          /^(?:track|parts\.\d+\.fragments)\./.test(path) &&
          !isNoticed({ ...made, renditions: changeAt(made.renditions, index, () => rendition as Rendition) })
            ? [`${made.renditions[index]?.name}: ${path}`]
            : [],
        ),
      ),
      ...wrongLeaves(made.progressive[0]?.parsed).flatMap(([path, parsed]) =>
        isNoticed(withMp4((mp4) => ({ ...mp4, parsed: parsed as ProgressiveFile['parsed'] }))) ? [] : [path],
      ),
    ]
    expect(unnoticed.filter((path) => !unexamined.some((pattern) => pattern.test(path)))).to.deep.equal([])
  })
})
