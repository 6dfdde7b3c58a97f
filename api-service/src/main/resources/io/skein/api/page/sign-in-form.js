// Asks for an access token when there is no session.

import { element } from './elements.js';
import { noticePlace } from './notices.js';
import { signIn } from './session.js';

/** The form; `done` is called with the session, `problem` is one to show at once (a refused token of a link). */
export function signInForm(done, problem = null) {
  const notice = noticePlace();
  const token = element('textarea', {
    id: 'token', name: 'token', rows: 4, required: true, autocomplete: 'off', spellcheck: 'false',
    autocapitalize: 'off', 'aria-describedby': 'token-help',
  });
  const submit = element('button', { type: 'submit', class: 'primary' }, 'Sign in');

  async function send(event) {
    event.preventDefault();
    submit.disabled = true;
    notice.clear();
    try {
      const session = await signIn(token.value);
      token.value = '';
      done(session);
    } catch (refusal) {
      notice.problem(refusal);
      token.focus();
    } finally {
      submit.disabled = false;
    }
  }

  token.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      submit.form.requestSubmit();
    }
  });
  if (problem) notice.problem(problem);

  return element('section', { class: 'panel sign-in' },
    element('h1', { tabindex: -1 }, 'Sign in'),
    element('form', { on: { submit: send } },
      element('label', { for: 'token' }, 'Access token'),
      token,
      element('p', { class: 'help', id: 'token-help' }, 'Paste a token. ', element('code', {}, './skein token'), ' prints one for the local stack.'),
      notice.place,
      submit));
}
