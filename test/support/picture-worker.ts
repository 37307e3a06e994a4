import { createSharpImageProcessor } from '../../src/adapters/sharp/sharp-image-processor.ts'

// Forked by a test, to be killed while it renders: a picture and a folder are its arguments. Says when the WebP is
// done: the AVIF of the same width is under way then.
const [, , path = '', folder = ''] = process.argv
const targets = [
  { format: 'webp', width: 3000 },
  { format: 'avif', width: 3000 },
] as const
const processor = createSharpImageProcessor({ maxPixels: 100_000_000, timeoutSeconds: 600 })
await processor.render(path, targets, folder, () => process.send?.('begun'))()
