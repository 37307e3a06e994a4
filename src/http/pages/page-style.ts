import { createHash } from 'node:crypto'

/**
 * The style of all pages. The style is inline, because a page that is shown during an outage cannot rely on a
 * second request.
 */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #1d2430; --soft: #5b6675; --line: #dfe4ea; --back: #f6f7f9; --card: #fff; --accent: #8a4b12; --good: #1c7a43; --fair: #9a6200; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7eaee; --soft: #a0abb8; --line: #313a45; --back: #12161b; --card: #1a2027; --accent: #e7a35f; --good: #62d08f; --fair: #f0b95a; --bad: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem 1rem; background: var(--back); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { width: 100%; max-width: 44rem; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.9rem; }
main.short { max-width: 32rem; }
h1 { margin: 0 0 0.6rem; font-size: 1.6rem; line-height: 1.25; letter-spacing: -0.01em; }
h2 { margin: 2rem 0 0.4rem; font-size: 0.8rem; font-weight: 600; letter-spacing: 0.08em; text-transform: uppercase; color: var(--soft); }
p { margin: 0.6rem 0 0; }
ul { margin: 0.6rem 0 0; padding-left: 1.2rem; }
a { color: var(--accent); }
code { font: 0.9em ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
small { display: block; margin-top: 1.6rem; color: var(--soft); }
.state { font-weight: 600; }
.state::before { content: "●"; margin-right: 0.5rem; }
.ready { color: var(--good); } .degraded { color: var(--fair); } .unavailable { color: var(--bad); }
dl { display: grid; grid-template-columns: 13.5rem 1fr; margin: 0.4rem 0 0; }
dt, dd { margin: 0; padding: 0.45rem 0; border-top: 1px solid var(--line); }
dt { padding-right: 1.5rem; } dd { color: var(--soft); }
@media (max-width: 34rem) { main { padding: 1.4rem 1.2rem; } dl { grid-template-columns: 1fr; } dt { padding: 0.5rem 0 0; } dd { padding: 0 0 0.5rem; border: 0; } }
`

const digest = createHash('sha256').update(pageStyle).digest('base64')

/**
 * Content-Security-Policy of all pages. It allows only the style above: no scripts, remote images, requests
 * or embedding in frames.
 */
export const pageSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${digest}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
