import { decodeLatin1, matchesMagic, sniffFileKind } from './sniff.ts'

/**
 * An image format, and how its files start: with magic bytes, in which `?` matches any byte, or with a match
 * of a pattern.
 */
type Format = readonly [name: string, begins: ReadonlyArray<string | RegExp>, advice?: string]

const defaultAdvice = 'save it as PNG or JPEG'
const rawPhotoAdvice = 'develop it and save it as JPEG or TIFF'

/** Image formats that Larder does not decode. */
const unsupportedFormats: ReadonlyArray<Format> = [
  ['BMP', ['BM????\0\0\0\0????\x0c\0\0\0', 'BM????\0\0\0\0????(\0\0\0', 'BM????\0\0\0\0????\x6c\0\0\0']],
  [
    'BMP',
    [
      'BM????\0\0\0\0????\x7c\0\0\0',
      'BM????\0\0\0\0????@\0\0\0',
      'BM????\0\0\0\0????8\0\0\0',
      'BM????\0\0\0\0????4\0\0\0',
    ],
  ],
  ['JPEG XL', ['\xff\x0a', '\0\0\0\x0cJXL \r\n\x87\n']],
  ['Photoshop (PSD)', ['8BPS\0\x01', '8BPS\0\x02'], 'export it as PNG or TIFF'],
  ['JPEG 2000', ['\0\0\0\x0cjP  \r\n\x87\n', '\xff\x4f\xff\x51']],
  ['JPEG XR', ['II\xbc\x01']],
  ['JPEG-LS', ['\xff\xd8\xff\xf7']],
  ['GIMP (XCF)', ['gimp xcf '], 'export it as PNG'],
  [
    'TGA',
    [
      ...['\0\0\x02\0\0\0\0\0', '\0\0\x0a\0\0\0\0\0', '\0\0\x03\0\0\0\0\0', '\0\0\x0b\0\0\0\0\0'],
      // Images with a palette.
      ...['\0\x01\x01\0\0', '\0\x01\x09\0\0'],
    ],
  ],
  ['icon (ICO)', ['\0\0\x01\0?\0???\0', '\0\0\x02\0?\0???\0']],
  ['icon (ICNS)', ['icns\0']],
  ['OpenEXR', ['v/1\x01'], 'tone-map it and save it as PNG'],
  ['Radiance (HDR)', ['#?RADIANCE', '#?RGBE'], 'tone-map it and save it as PNG'],
  ['QOI', ['qoif']],
  ['FLIF', ['FLIF']],
  ['BPG', ['BPG\xfb']],
  ['DDS', ['DDS |\0\0\0']],
  ['FITS', ['SIMPLE  =']],
  ['PNM', ['P1\n', 'P2\n', 'P3\n', 'P4\n', 'P5\n', 'P6\n', 'P7\n', 'P1 ', 'P2 ', 'P3 ', 'P4 ', 'P5 ', 'P6 ']],
  ['PFM', ['PF\n', 'Pf\n']],
  ['PHM', ['PH\n', 'Ph\n']],
  ['PGX', ['PG ML ', 'PG LM ']],
  ['XWD', ['\0\0\0?\0\0\0\x07\0\0\0', '?\0\0\0\x07\0\0\0?\0\0\0']],
  ['DPX', ['SDPX\0\0', 'XPDS']],
  ['Cineon', ['\x80\x2a\x5f\xd7', '\xd7\x5f\x2a\x80']],
  ['Photo CD', [`${'?'.repeat(2048)}PCD_IPI`]],
  ['Macintosh (PICT)', [`${'?'.repeat(522)}\0\x11\x02\xff\x0c\0`]],
  ['Amiga (ILBM)', ['FORM????ILBM', 'FORM????PBM ']],
  ['animated cursor (ANI)', ['RIFF????ACON']],
  ['WordPerfect (WPG)', ['\xffWPC']],
  ['JBIG2', ['\x97JB2\r\n\x1a\n']],
  ['farbfeld', ['farbfeld']],
  ['libvips (V)', ['\x08\xf2\xa6\xb6', '\xb6\xa6\xf2\x08']],
  ['DICOM', [`${'?'.repeat(128)}DICM`]],
  ['NIfTI', ['\x5c\x01\0\0\0\0\0\0', '\0\0\x01\x5c\0\0\0\0']],
  ['MATLAB', ['MATLAB 5.0 MAT-file']],
  ['compressed (SVGZ, gzip)', ['\x1f\x8b\x08'], 'unpack it, and save SVG as PNG'],
  ['XPM', ['/* XPM */']],
  ['XBM', [/^(?:\/\*.*?\*\/\s*)*#define\s+\w*width\s+\d/s]],
  ['PC Paint (PIC)', ['\x34\x12????\0\0\0\0']],
  ['Cintel (CRI)', ['\x01\0\0\0\x04\0\0\0DVCC']],
  ['Vizrt (VBN)', ['\x1e\xf1\x0d\x90']],
  ['JPEG XS', ['\xff\x10\xff\x50']],
  ['PCX', ['\x0a\x05\x01\x08', '\x0a\x05\x01\x01']],
  ['SGI', ['\x01\xda\0?\0', '\x01\xda\x01?\0']],
  ['Sun raster', ['\x59\xa6\x6a\x95']],
  ['MNG', ['\x8aMNG\r\n\x1a\n', '\x8bJNG\r\n\x1a\n']],
  ['MIFF', ['id=ImageMagick']],
  ['DjVu', ['AT&TFORM']],
  ['PDF', ['%PDF-'], 'save its pages as PNG or JPEG'],
  ['PostScript', ['%!PS', '\xc5\xd0\xd3\xc6'], 'save it as PNG'],
  ['EMF', ['\x01\0\0\0????????????????????????????????????\x20EMF'], 'save it as PNG'],
  ['WMF', ['\xd7\xcd\xc6\x9a'], 'save it as PNG'],
  ['raw photo (CR2)', ['II*\0????CR\x02'], rawPhotoAdvice],
  ['raw photo (CR3)', ['????ftypcrx '], rawPhotoAdvice],
  ['raw photo (RAF)', ['FUJIFILMCCD-RAW'], rawPhotoAdvice],
  ['raw photo (ORF)', ['IIRO', 'IIRS', 'MMOR'], rawPhotoAdvice],
  ['raw photo (RW2)', ['IIU\0'], rawPhotoAdvice],
  ['raw photo (X3F)', ['FOVb'], rawPhotoAdvice],
  ['raw photo (MRW)', ['\0MRM'], rawPhotoAdvice],
]

const beginsWith = (text: string, start: string | RegExp): boolean =>
  typeof start === 'string' ? matchesMagic(text, start) : start.test(text)

/**
 * Returns why an image of an unsupported format is refused, and what to do about it. Returns `null` for a
 * supported format, and for a file that is not an image. `head` contains the first bytes of the file.
 */
export const unsupportedImageReason = (head: Uint8Array): string | null => {
  const text = decodeLatin1(head)
  const format = unsupportedFormats.find(([, begins]) => begins.some((start) => beginsWith(text, start)))
  if (format !== undefined) return `${format[0]} pictures are not supported: ${format[2] ?? defaultAdvice}`
  const kind = sniffFileKind(head)
  if (kind === 'svg') return 'SVG pictures are not supported: save it as PNG'
  if (kind === 'heic') return 'HEIC pictures are not supported: save it as JPEG'
  return null
}
