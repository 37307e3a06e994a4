import { copyFile, mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const source = fileURLToPath(new URL('../src/console/', import.meta.url))

/** Bundles the console's pages, players and all, into `folder`: nothing is fetched from anywhere else. */
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
