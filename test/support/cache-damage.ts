import { appendFile, copyFile, mkdir, open, rm, stat, symlink, truncate } from 'node:fs/promises'
import fc from 'fast-check'

/** Damage to a file of the cache. */
type Damage =
  /** `at`: the position of the flipped bit, as a fraction of the file. */
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'longer' }
  | { readonly kind: 'empty' }
  /** The file gets the bytes of another file, which `other` selects. */
  | { readonly kind: 'another'; readonly other: number }
  | { readonly kind: 'folder' }
  /** The file is still listed, but cannot be opened. */
  | { readonly kind: 'no entry' }

const share = fc.double({ min: 0, max: 1, noNaN: true })

const flip: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constant('flip'),
  at: share,
  bit: fc.nat(7),
})

export const anyDamage: fc.Arbitrary<Damage> = fc.oneof(
  { arbitrary: flip, weight: 8 },
  fc.record({ kind: fc.constant('cut'), at: share }),
  fc.constantFrom<Damage>({ kind: 'longer' }, { kind: 'empty' }, { kind: 'folder' }, { kind: 'no entry' }),
  fc.record({ kind: fc.constant('another'), other: fc.nat() }),
)

const flipBit = async (path: string, at: number, bit: number): Promise<void> => {
  const file = await open(path, 'r+')
  const byte = Buffer.alloc(1)
  await file.read(byte, 0, 1, at)
  byte[0] = (byte[0] ?? 0) ^ (1 << bit)
  await file.write(byte, 0, 1, at)
  await file.close()
}

/** Damages the file at `path`. `files` lists all files of the cache. */
export const damageFile = async (
  damage: Damage,
  path: string,
  files: ReadonlyArray<string>,
): Promise<void> => {
  const { size } = await stat(path)
  switch (damage.kind) {
    case 'flip':
      return size === 0 ? undefined : flipBit(path, Math.floor(damage.at * (size - 1)), damage.bit)
    case 'cut':
      return truncate(path, Math.floor(damage.at * size))
    case 'longer':
      return appendFile(path, 'x')
    case 'empty':
      return truncate(path, 0)
    case 'another':
      return copyFile(files[damage.other % files.length] ?? path, `${path}.copy`).then(async () => {
        await rm(path)
        await copyFile(`${path}.copy`, path)
        await rm(`${path}.copy`)
      })
    case 'folder':
      await rm(path)
      await mkdir(path)
      return
    case 'no entry':
      await rm(path)
      return symlink(path, path)
  }
}
