import { createSharpImageProcessor } from '../../src/adapters/sharp/sharp-image-processor.ts'

// Forked by a test, to be killed while it renders: a picture and a folder are its arguments. Says when the long
// encoding has begun.
const [, , path = '', folder = ''] = process.argv
const targets = [
  { format: 'webp', width: 16 },
  { format: 'avif', width: 4000 },
] as const
const processor = createSharpImageProcessor({ maxPixels: 100_000_000, timeoutSeconds: 60 })
await processor.render(path, targets, folder, () => process.send?.('begun'))()
