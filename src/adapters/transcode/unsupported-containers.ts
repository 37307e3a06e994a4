import { latin1, matchesMagic } from '../../domain/ingest/sniff.ts'

const toFilm = 'convert it to MP4 with H.264 and AAC'
const toSound = 'convert it to FLAC, WAV or MP3'

/** Name, the bytes that its files start with (`?` matches any), and what to do. */
type Container = readonly [name: string, magics: ReadonlyArray<string>, advice: string]

/** Formats of films and sounds that are not read. */
const containers: ReadonlyArray<Container> = [
  ['True Audio (TTA)', ['TTA1', 'TTA2'], toSound],
  ['WavPack', ['wvpk'], toSound],
  ["Monkey's Audio (APE)", ['MAC ', 'MACF'], toSound],
  ['Musepack', ['MPCK', 'MP+'], toSound],
  ['TAK', ['tBaK'], toSound],
  ['OptimFROG', ['OFR '], toSound],
  ['Shorten', ['ajkg'], toSound],
  ['DSD (DSF)', ['DSD \x1c\0\0\0'], toSound],
  ['DSD (DSDIFF)', ['FRM8????????DSD '], toSound],
  ['Sun audio (AU)', ['.snd\0\0'], toSound],
  ['Creative Voice (VOC)', ['Creative Voice File'], toSound],
  ['MIDI', ['MThd\0\0\0\x06', 'RIFF????RMID'], 'record it as sound, in FLAC, WAV or MP3'],
  ['RealAudio', ['.ra\xfd'], toSound],
  ['RealMedia', ['.RMF', '.RMP'], toFilm],
  ['Flash (SWF)', ['FWS', 'CWS', 'ZWS'], toFilm],
  ['NUT', ['nut/multimedia container'], toFilm],
  ['IVF', ['DKIF\0\0'], toFilm],
  ['YUV4MPEG', ['YUV4MPEG2 '], toFilm],
  ['Bink', ['BIK', 'KB2'], toFilm],
  ['Smacker', ['SMK2', 'SMK4'], toFilm],
  ['Windows TV recording (WTV)', ['\xb7\xd8\x00\x20\x37\x49\xda\x11'], toFilm],
  ['FLIC', ['????\x11\xaf', '????\x12\xaf'], toFilm],
]

/** Returns why a file in a format that is not read is refused; `null` for a format that is not known either. */
export const unsupportedContainer = (head: Uint8Array): string | null => {
  const text = latin1(head)
  const found = containers.find(([, magics]) => magics.some((magic) => matchesMagic(text, magic)))
  return found === undefined ? null : `${found[0]} files are not taken: ${found[2]}`
}
