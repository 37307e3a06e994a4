import type { Health } from '../../domain/health/health-service.ts'
import { escapeHtml, page } from './page.ts'

const states: Readonly<Record<Health['status'], string>> = {
  ready: 'Ready',
  degraded: 'Degraded: what is in the cache is served, the rest may have to wait',
  unavailable: 'Unavailable: nothing can be served at the moment',
}

type Entry = readonly [name: string, meaning: string]

/** Of the command line; a test compares them with `larder help`. */
export const commands: ReadonlyArray<Entry> = [
  ['larder add FILE…', 'adds pictures, sounds and films, and prints a link to each'],
  ['larder token UID', 'prints a token for a file'],
  ['larder admin grant SUB', 'says who is an admin'],
  ['larder check URL', 'examines HLS playlists'],
  ['larder doctor', 'says what is wrong, and what to do'],
  ['larder sweep', 'deletes what the object store has and the database does not name'],
  ['larder remake --outdated', 'makes exports anew that an older release made in another way'],
  ['larder migrate', 'brings the database to the form of this release'],
  ['larder serve', 'serves'],
]

/** They lie beside the program; a test looks for each. */
export const documents: ReadonlyArray<Entry> = [
  ['README.md', 'where to begin'],
  ['docs/requests.md', 'an example for each address'],
  ['docs/http-api.md', 'every address, and what it answers'],
  ['docs/tokens.md', 'how your backend mints the tokens that open media'],
  ['docs/settings.md', 'every setting'],
  ['docs/glossary.md', 'the words'],
]

const list = (entries: ReadonlyArray<Entry>): string =>
  `<dl>${entries
    .map(([name, meaning]) => `<dt><code>${escapeHtml(name)}</code></dt><dd>${escapeHtml(meaning)}</dd>`)
    .join('')}</dl>`

/** What this is, whether it is ready, and where to go on (http-api.md §13.6). */
export const homePage = (status: Health['status']): string =>
  page(
    'Larder',
    `<h1>Larder</h1>
<p>A media server: it plays films and sounds and shows pictures to people who hold a link for them. Without a link there is
nothing to see here.</p>
<p class="state ${status}">${escapeHtml(states[status])}</p>
<h2>Commands, in a terminal on this machine</h2>
${list(commands)}
<h2>Documents, in the folder of Larder</h2>
${list(documents)}
<small>For machines: <a href="/readyz">/readyz</a> and <a href="/healthz">/healthz</a></small>`,
    'long',
  )
