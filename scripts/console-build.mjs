import { copyFile, mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const source = fileURLToPath(new URL('../src/console/', import.meta.url))

/**
 * Bundles the pages of the console with their players into `folder`, so that the pages load nothing from
 * other servers.
 */
export const buildConsole = async (folder) => {
  await mkdir(folder, { recursive: true })
  await build({
    entryPoints: [`${source}watch.ts`],
    outdir: folder,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'eof',
    logLevel: 'warning',
  })
  await copyFile(`${source}watch.css`, `${folder}/watch.css`)
}
