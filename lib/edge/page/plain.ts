/** The pages that show nothing of the installation: the question for the token, and what went wrong. */
import { operatorCommand } from '../../rules/troubles/trouble'
import { html } from '../../show/markup'

import { documentOf } from './document'
import { commandBlock } from './troubles'

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
    mark: isRefused ? 'late' : 'open',
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
        ${commandBlock(operatorCommand('enroll --read'))}
        <p class="soft">
          The token is kept in a cookie of this browser for these pages alone, and stands in no
          address.
        </p>
      </section>
      ${mayReload && reload}`,
  })
}

/** Without a form: a page that asks for the token at such a name teaches to type it there. */
export const sharedHostPage = (isRefused: boolean): string =>
  documentOf({
    title: isRefused ? 'The token was refused' : 'No token is typed here',
    mark: isRefused ? 'late' : 'open',
    above: brand,
    heading: isRefused ? 'That token is not valid here' : 'Type no token here',
    lead: 'Other people’s functions answer under this host name too. One of them can put itself before this page in your browser, and read what you type.',
    body: html`<section>
        <h2>See the status from your own machine</h2>
        <p>Run this where the .env of the installation is:</p>
        ${commandBlock('npx snapproof page')}
        <p class="soft">The token goes from there to the functions, and no browser holds it.</p>
      </section>
      <section>
        <h2>Or at a domain of your own</h2>
        <p>
          Put a proxy with a name of your own before the functions, one that passes this name on as
          X-Forwarded-Host. There the page asks for the token.
        </p>
        <p class="soft">
          Whoever wants the form here all the same sets PAGE_ON_SHARED_HOST=on in .env and deploys
          again.
        </p>
      </section>`,
  })

export const faultPage = (why: string, mend: string): string =>
  documentOf({
    title: 'The state is not known',
    mark: 'late',
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
