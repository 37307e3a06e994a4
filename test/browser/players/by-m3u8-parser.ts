import { expect } from 'chai'
import { type Manifest, Parser } from 'm3u8-parser'
import { attributeValue, parseM3u8Lines } from '../../../src/domain/hls/m3u8-lines.ts'
import { type Address, type Mode, requestVariables, type ServedFilm } from '../support/served-film.ts'

const modes: ReadonlyArray<Mode> = ['none', 'query', 'path', 'define']

type List = {
  readonly text: string
  readonly manifest: Manifest
  /** The URIs in the playlist, resolved as browsers do. */
  readonly addresses: ReadonlyArray<string>
}

const headersOf = ({ jwt }: Address): Readonly<Record<string, string>> =>
  jwt === null ? {} : { authorization: `bearer ${jwt}` }

/** Returns every URI that the parser finds, without duplicates. */
const urisOf = ({ playlists = [], segments, mediaGroups = {} }: Manifest): ReadonlyArray<string> => {
  const renditions = Object.values(mediaGroups).flatMap((groups) =>
    Object.values(groups).flatMap((names) => Object.values(names).map(({ uri }) => uri)),
  )
  const maps = segments.map(({ map }) => map?.uri)
  const named = [...playlists, ...segments].map(({ uri }) => uri)
  return [...new Set([...renditions, ...maps, ...named].filter((uri) => uri !== undefined))]
}

/** Reads a playlist with the parser. Fails at any warning. */
const readList = async (address: Address): Promise<List> => {
  const response = await fetch(address.url, { headers: headersOf(address) })
  expect(response.status, address.url).to.equal(200)
  const text = await response.text()
  const parser = new Parser({ uri: address.url })
  const warnings: string[] = []
  for (const type of ['warn', 'error'] as const) parser.on(type, ({ message }) => void warnings.push(message))
  parser.push(text)
  parser.end()
  expect(warnings).to.deep.equal([])
  const { manifest } = parser
  return { text, manifest, addresses: urisOf(manifest).map((uri) => new URL(uri, address.url).href) }
}

const childrenOf = async (film: ServedFilm, mode: Mode): Promise<ReadonlyArray<Address>> => {
  const master = film.addressOf('mobile.m3u8', mode)
  const { addresses } = await readList(master)
  return addresses.map((url) => ({ ...master, url: mode === 'define' ? requestVariables(url) : url }))
}

/** Returns the attributes of a line with the types that the parser uses. */
const attributesByName = (attributes: ReadonlyArray<{ name: string; value: string }>) =>
  Object.fromEntries(
    attributes.map(({ name, value }) => {
      const [width, height] = value.split('x').map(Number)
      if (name === 'RESOLUTION') return [name, { width, height }]
      return [name, name === 'BANDWIDTH' || name === 'FRAME-RATE' ? Number(value) : value]
    }),
  )

export const m3u8ParserTests = (film: () => ServedFilm): Mocha.Suite =>
  describe('m3u8-parser', () => {
    for (const mode of modes) {
      it(`reads the attributes of a master playlist, signed by ${mode}, correctly`, async () => {
        const { text, manifest } = await readList(film().addressOf('mobile.m3u8', mode))
        const lines = parseM3u8Lines(text)
        const variants = lines.filter(({ tag }) => tag === 'EXT-X-STREAM-INF')
        expect(manifest.playlists?.map(({ attributes }) => attributes)).to.deep.equal(
          variants.map(({ attributes }) => attributesByName(attributes)),
        )
        expect(variants).to.have.length(3)
        const [media] = lines.filter(({ tag }) => tag === 'EXT-X-MEDIA')
        expect(manifest.mediaGroups?.AUDIO?.sound?.Sound).to.deep.include({ default: true, autoselect: true })
        expect(media && attributeValue(media, 'GROUP-ID')).to.equal('sound')
        expect(manifest.version).to.equal(mode === 'define' ? 11 : 4)
        expect(manifest.independentSegments).to.equal(true)
      })

      it(`reads media playlists, signed by ${mode}, each with the whole film`, async () => {
        const children = await childrenOf(film(), mode)
        expect(children).to.have.length(3)
        for (const child of children) {
          const { manifest } = await readList(child)
          const seconds = manifest.segments.reduce((sum, { duration }) => sum + duration, 0)
          expect(seconds).to.be.closeTo(film().seconds, 0.05)
          expect(manifest).to.deep.include({ targetDuration: 6, endList: true, playlistType: 'VOD' })
          expect(manifest.version).to.equal(mode === 'define' ? 11 : 6)
          expect(manifest.segments.every(({ map }) => map !== undefined)).to.equal(true)
        }
      })

      it(`finds in playlists, signed by ${mode}, only URLs that exist and are permitted`, async () => {
        for (const child of await childrenOf(film(), mode)) {
          const { addresses } = await readList(child)
          expect(addresses).to.have.length(1 + film().parts)
          for (const url of addresses) {
            const part = await fetch(url, { headers: headersOf(child) })
            expect(part.status, url).to.equal(200)
            expect((await part.arrayBuffer()).byteLength).to.be.greaterThan(500)
          }
        }
      })

      it(`gets a range of every playlist, signed by ${mode} (§7.2)`, async () => {
        const master = film().addressOf('mobile.m3u8', mode)
        for (const address of [master, ...(await childrenOf(film(), mode))]) {
          const headers = { ...headersOf(address), range: 'bytes=0-' }
          const response = await fetch(address.url, { headers })
          const { text } = await readList(address)
          expect(response.status).to.equal(206)
          expect(response.headers.get('content-range')).to.equal(`bytes 0-${text.length - 1}/${text.length}`)
          expect(await response.text()).to.equal(text)
        }
      })
    }
  })
