/** The pages that show nothing of the installation: the question for the token, and what went wrong. */
import { html } from '../../show/markup'

import { documentOf } from './document'

const brand = html`<span><b>Snapproof</b></span>`

/**
 * Whoever comes by a link in a message or a mail brings no cookie, for it is strict; from this page
 * on it is sent again.
 */
const reload = html`<section>
  <p><a href="?">I have given it to this browser before</a></p>
</section>`

export const tokenPage = (about: { isRefused: boolean; mayReload: boolean }): string => {
  const { isRefused, mayReload } = about
  return documentOf({
    title: isRefused ? 'The token was refused' : 'Read token, please',
    mark: isRefused ? 'bad' : 'open',
    above: brand,
    heading: isRefused ? 'That token is not valid here' : 'Are the backups safe?',
    lead: 'The answer is for those who hold the read token of this installation.',
    body: html`<section>
        <form class="ask" method="post">
          <label for="token">Read token</label>
          <input
            id="token"
            name="token"
            type="password"
            autocomplete="current-password"
            required
            autofocus
            ${isRefused && html` aria-invalid="true" aria-describedby="hint"`}
          /><button>Show the status</button>
        </form>
      </section>
      <section>
        <h2>Where to find it</h2>
        <p id="hint">Run this on your own machine, where the .env of the installation is:</p>
        <code class="command">npm run --silent snapproof -- enroll --read</code>
        <p class="soft">
          The token is kept in a cookie of this browser for these pages alone, and stands in no
          address.
        </p>
      </section>
      ${mayReload && reload}`,
  })
}

export const faultPage = (why: string, mend: string): string =>
  documentOf({
    title: 'The state is not known',
    mark: 'bad',
    above: brand,
    heading: 'The state is not known',
    lead: why,
    body: html`<section>
      <h2>Next</h2>
      <p>${mend}</p>
    </section>`,
  })

export const noSuchPage = (what: string, root: string): string =>
  documentOf({
    title: 'There is no such page',
    mark: 'none',
    above: brand,
    heading: 'There is no such page',
    lead: what,
    body: html`<section>
      <p><a href="${root}">To the overview</a></p>
    </section>`,
  })
