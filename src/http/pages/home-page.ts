import type { HealthReport } from '../../domain/health/health-service.ts'
import { escapeHtml, renderPage } from './page.ts'

const states: Readonly<Record<HealthReport['status'], string>> = {
  ready: 'Ready',
  degraded: 'Degraded: cached media is served, other media may be unavailable',
  unavailable: 'Unavailable: no media can be served at the moment',
}

type Entry = readonly [name: string, meaning: string]

/** Commands of the command line. A test compares their names with those in `larder help`. */
export const homePageCommands: ReadonlyArray<Entry> = [
  ['larder add FILE…', 'adds pictures, sounds and films, and prints a link to each'],
  ['larder list', 'lists the files of the library, or searches them'],
  ['larder show UID', 'shows everything about a file'],
  ['larder set UID', 'changes its title, its metadata, or whether it is public'],
  ['larder rm UID…', 'deletes files: into the trash, or with --now at once'],
  ['larder refused', 'lists bytes that were taken down, which are refused'],
  ['larder restore UID…', 'takes files out of the trash'],
  ['larder token UID', 'prints a token for a file'],
  ['larder revoke UID', 'revokes all tokens of a file'],
  ['larder admin grant SUB', 'makes a user an admin'],
  ['larder check URL', 'checks HLS playlists'],
  ['larder doctor', 'finds problems and says how to correct them'],
  ['larder worker', 'makes exports that wait in the queue, and serves nothing'],
  ['larder jobs', 'lists the jobs that make exports, cancels or retries one'],
  ['larder webhooks', 'lists the servers that are sent events, adds, tests or removes one'],
  ['larder events', 'prints what happens to files'],
  ['larder sweep', 'purges the trash, and deletes objects that the database does not refer to'],
  ['larder verify', 'shows in what the database and the store differ, or mends it'],
  ['larder remake --outdated', 'makes outdated exports of older releases again'],
  ['larder purge UID', 'deletes cached values on all servers'],
  ['larder instances', 'lists the running servers'],
  ['larder migrate', 'upgrades the database to this release'],
  ['larder serve', 'starts the server'],
]

/** Documents in the folder of the program. A test checks that each of them exists. */
export const homePageDocuments: ReadonlyArray<Entry> = [
  ['README.md', 'where to begin'],
  ['docs/requests.md', 'an example for each address'],
  ['docs/http-api.md', 'every address and its replies'],
  ['docs/tokens.md', 'how your backend creates the tokens that give access to media'],
  ['docs/settings.md', 'every setting'],
  ['docs/glossary.md', 'terms and their meanings'],
]

const list = (entries: ReadonlyArray<Entry>): string =>
  `<dl>${entries
    .map(([name, meaning]) => `<dt><code>${escapeHtml(name)}</code></dt><dd>${escapeHtml(meaning)}</dd>`)
    .join('')}</dl>`

/**
 * Returns the start page: what Larder is, whether it is ready, and links to further documents (http-api.md
 * §13.6).
 */
export const homePage = (status: HealthReport['status']): string =>
  renderPage(
    'Larder',
    `<h1>Larder</h1>
<p>A media server: it shows pictures and plays sounds and films to people who have a link to them. Without a
link there is nothing to see here.</p>
<p class="state ${status}">${escapeHtml(states[status])}</p>
<h2>Commands, in a terminal on this machine</h2>
${list(homePageCommands)}
<h2>Documents, in the folder of Larder</h2>
${list(homePageDocuments)}
<small>For machines: <a href="/readyz">/readyz</a> and <a href="/healthz">/healthz</a></small>`,
    'long',
  )
