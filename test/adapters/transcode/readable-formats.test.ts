import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import sharp from 'sharp'
import { acceptedCodecs, acceptedFormats } from '../../../src/adapters/transcode/process/decoder-limits.ts'
import { type SourceImageFormat, sourceImageFormatOf } from '../../../src/domain/ingest/sniff.ts'
import { unreadableReason } from '../../../src/domain/ingest/unreadable-reason.ts'
import { unsupportedImageReason } from '../../../src/domain/ingest/unsupported-image-reason.ts'
import { installedFfmpeg } from '../../support/engines.ts'

type Accepted = { readonly accepted: SourceImageFormat; readonly begins: string }
/** A file with this beginning is refused under this name. */
type Refused = { readonly refused: string; readonly begins: string }
/** The format has too few fixed bytes to be recognised by them, so the engine names it. */
type NamedByEngine = 'named by the engine'

const accepted = (format: SourceImageFormat, begins: string): Accepted => ({ accepted: format, begins })
const refused = (name: string, begins: string): Refused => ({ refused: name, begins })

const jpeg = accepted('JPEG', '\xff\xd8\xff\xe0')
const png = accepted('PNG', '\x89PNG\r\n\x1a\n')
const gif = accepted('GIF', 'GIF89a')
const tiff = accepted('TIFF', 'II*\0')
const webp = accepted('WebP', 'RIFF\0\0\0\0WEBP')
const svg = refused('SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>')
const pnm = (digit: number): Refused => refused('PNM', `P${digit}\n8 8\n`)

/**
 * The decision for each format that sharp can read; `byFfmpeg` has those of FFmpeg. A test fails for a format
 * that a new release adds: decide whether it is accepted, or how its refusal names it (unsupported-image-reason.ts),
 * and list it in docs/media.md.
 */
const bySharp: Readonly<Record<string, Accepted | Refused | 'no file'>> = {
  jpeg,
  png,
  gif,
  tiff,
  webp,
  svg,
  heif: accepted('AVIF', '\0\0\0\x14ftypavif\0\0\0\0avif'),
  vips: refused('libvips (V)', '\x08\xf2\xa6\xb6'),
  raw: 'no file',
}

const byFfmpeg: Readonly<Record<string, Accepted | Refused | NamedByEngine>> = {
  apng: png,
  bmp: refused('BMP', 'BM\x36\x90\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0'),
  cri: refused('Cintel (CRI)', '\x01\0\0\0\x04\0\0\0DVCC'),
  dds: refused('DDS', 'DDS |\0\0\0'),
  dpx: refused('DPX', 'SDPX\0\0\0\0'),
  exr: refused('OpenEXR', 'v/1\x01'),
  gem: 'named by the engine',
  gif,
  hdr: refused('Radiance (HDR)', '#?RADIANCE\n'),
  ico: refused('icon (ICO)', '\0\0\x01\0\x01\0\x40\x30\0\0\x01\0'),
  j2k: refused('JPEG 2000', '\xff\x4f\xff\x51'),
  jpeg,
  jpegls: refused('JPEG-LS', '\xff\xd8\xff\xf7'),
  jpegxl: refused('JPEG XL', '\xff\x0a'),
  jpegxl_anim: refused('JPEG XL', '\0\0\0\x0cJXL \r\n\x87\n'),
  jpegxs: refused('JPEG XS', '\xff\x10\xff\x50'),
  pam: pnm(7),
  pbm: pnm(4),
  pcx: refused('PCX', '\x0a\x05\x01\x08'),
  pfm: refused('PFM', 'PF\n8 8\n'),
  pgm: pnm(5),
  pgmyuv: pnm(5),
  pgx: refused('PGX', 'PG ML + 8 8 8\n'),
  phm: refused('PHM', 'PH\n8 8\n'),
  photocd: refused('Photo CD', `${'\xff'.repeat(2048)}PCD_IPI`),
  pictor: refused('PC Paint (PIC)', '\x34\x12\x08\0\x08\0\0\0\0\0'),
  png,
  ppm: pnm(6),
  psd: refused('Photoshop (PSD)', '8BPS\0\x01\0\0\0\0\0\0'),
  qdraw: refused('Macintosh (PICT)', `${'\0'.repeat(522)}\0\x11\x02\xff\x0c\0`),
  qoi: refused('QOI', 'qoif'),
  sgi: refused('SGI', '\x01\xda\x01\x01\0\x03'),
  sunrast: refused('Sun raster', '\x59\xa6\x6a\x95'),
  svg,
  tiff,
  vbn: refused('Vizrt (VBN)', '\x1e\xf1\x0d\x90'),
  webp,
  webp_anim: webp,
  xbm: refused('XBM', '/* made by hand */\n#define dot_width 8\n#define dot_height 8\n'),
  xpm: refused('XPM', '/* XPM */\nstatic char'),
  xwd: refused('XWD', '\0\0\0\x6f\0\0\0\x07\0\0\0\x02'),
}

const expectDecided = (name: string, decision: Accepted | Refused): void => {
  const head = Buffer.from(decision.begins.padEnd(32, '\0'), 'latin1')
  if ('accepted' in decision) {
    expect(sourceImageFormatOf(head), name).to.equal(decision.accepted)
    expect(unsupportedImageReason(head), name).to.equal(null)
  } else
    expect(unsupportedImageReason(head), name).to.satisfy((text: string) =>
      text.startsWith(`${decision.refused} `),
    )
}

/** Returns the names in backquotes below a heading of docs/media.md. */
const documentedNames = (heading: string): ReadonlyArray<string> => {
  const [, section = ''] = readFileSync('docs/media.md', 'utf8').split(`\n### ${heading}\n`)
  const [text = ''] = section.split('\n### ')
  return [...text.matchAll(/`(\w+)`/g)].map(([, name = '']) => name)
}

describe('[V37] every format that can be read', () => {
  it('by sharp is accepted, or refused by its name', () => {
    const readable = Object.entries(sharp.format).filter(([, { input }]) => input.file || input.buffer)
    for (const [name] of readable) {
      const decision = bySharp[name]
      expect(decision, name).to.not.equal(undefined)
      if (decision !== undefined && decision !== 'no file') expectDecided(name, decision)
    }
  })

  for (const { ffmpeg } of installedFfmpeg())
    it('by FFmpeg as a picture is accepted, or refused by its name', () => {
      const demuxers = execFileSync(ffmpeg, ['-v', 'quiet', '-demuxers'], { encoding: 'utf8' })
      const names = [...demuxers.matchAll(/^ *D\S* +(\S+)/gm)].map(([, name = '']) => name)
      expect(names).to.include('png_pipe')
      for (const name of names.filter((it) => /_pipe$|_anim$|^(apng|gif|ico)$/.test(it))) {
        const decision = byFfmpeg[name.replace(/_pipe$/, '')]
        expect(decision, name).to.not.equal(undefined)
        if (decision === 'named by the engine')
          expect(unreadableReason(Buffer.alloc(32, 1), name)).to.match(/^[A-Z]+ pictures are not supported: /)
        else if (decision !== undefined) expectDecided(name, decision)
      }
    })

  it('has a correct decision, even if this release of FFmpeg cannot read it', () => {
    for (const [name, decision] of Object.entries(byFfmpeg))
      if (decision !== 'named by the engine') expectDecided(name, decision)
  })

  it('as sound or film is accepted by the lists of docs/media.md, which engines receive', () => {
    expect(documentedNames('Which files').filter((name) => name !== 'PCM')).to.have.members([
      ...acceptedFormats,
      ...acceptedCodecs,
    ])
  })
})
