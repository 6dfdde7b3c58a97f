// Takes inventory files by drag and drop or by the file picker and starts a discovery flow with them.

import { newKey } from './api-client.js';
import { button, element, progressBar, replace } from './elements.js';
import { bytes, percent } from './format-values.js';
import { announce, noticePlace } from './notices.js';
import { uploadFiles } from './upload-request.js';

/** The form; `created` is called with the flow that the server made. */
export function uploadForm(created) {
  const notice = noticePlace();
  const files = [];
  const chosen = element('ul', { class: 'chosen' });
  const picker = element('input', {
    type: 'file', id: 'files', class: 'visually-hidden', multiple: true, accept: '.csv,.tsv,.txt,text/csv,text/plain',
    on: { change: () => { add(picker.files); picker.value = ''; } },
  });
  const zone = element('label', { class: 'drop-zone', for: 'files' },
    element('strong', {}, 'Drop inventory files here'),
    element('span', {}, 'or choose them: lists of assets and of dependencies, CSV of any layout'));
  const name = element('input', { type: 'text', id: 'flow-name', maxlength: 200, autocomplete: 'off', placeholder: 'Named after the first file' });
  const asOf = element('input', { type: 'date', id: 'as-of', 'aria-describedby': 'as-of-help' });
  const submit = element('button', { type: 'submit', class: 'primary', disabled: true }, 'Start discovery');
  const progress = progressBar('Upload');
  const share = element('span', { class: 'number' });
  const running = element('div', { class: 'upload-progress', hidden: true }, progress.bar, share,
    button('Stop', () => upload?.cancel(), { class: 'quiet' }));
  let upload = null;
  let key = newKey(); // stays the same while the same request is tried again

  function add(list) {
    files.push(...list);
    changed();
  }

  function changed() {
    key = newKey();
    notice.clear();
    submit.disabled = files.length === 0 || upload !== null;
    replace(chosen, files.map((file, index) => element('li', {},
      element('span', { class: 'file-name' }, file.name),
      element('span', { class: 'number muted' }, bytes(file.size)),
      button('Remove', () => { files.splice(index, 1); changed(); picker.focus(); }, { class: 'quiet', 'aria-label': `Remove ${file.name}` }))));
  }

  async function send(event) {
    event.preventDefault();
    if (upload || files.length === 0) return;
    notice.clear();
    setRunning(true);
    upload = uploadFiles({ files, name: name.value.trim() || files[0].name, asOf: asOf.value, key }, sent);
    try {
      created(await upload.flow);
    } catch (problem) {
      if (problem.name === 'AbortError') notice.say('The upload was stopped; nothing was started.');
      else notice.problem(problem);
      if (problem.decided) key = newKey();
    } finally {
      upload = null;
      setRunning(false);
    }
  }

  function sent(done) {
    progress.set(done * 100);
    share.textContent = done < 1 ? percent(done) : 'Stored, waiting for the answer';
  }

  function setRunning(on) {
    running.hidden = !on;
    submit.disabled = on || files.length === 0;
    zone.toggleAttribute('inert', on);
    chosen.toggleAttribute('inert', on);
    if (on) {
      sent(0);
      announce('Upload started');
    }
  }

  const form = element('form', { class: 'panel upload', on: { submit: send } },
    element('h2', {}, 'New discovery'),
    picker, zone, chosen,
    element('div', { class: 'fields' },
      element('div', {}, element('label', { for: 'flow-name' }, 'Name'), name),
      element('div', {}, element('label', { for: 'as-of' }, 'Lifecycle as of'), asOf,
        element('p', { class: 'help', id: 'as-of-help' }, 'Today if left empty')),
      submit),
    running, notice.place);
  for (const field of [name, asOf]) field.addEventListener('input', () => { key = newKey(); });
  return { node: form, close: acceptDrops(zone, add, () => upload === null) };
}

/** Lets files be dropped anywhere on the page; answers a function that ends it. */
function acceptDrops(zone, add, allowed) {
  const carriesFiles = (event) => allowed() && event.dataTransfer?.types.includes('Files');
  const listeners = {
    dragover(event) {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      zone.classList.add('over');
    },
    dragleave(event) {
      if (event.relatedTarget === null) zone.classList.remove('over');
    },
    drop(event) {
      zone.classList.remove('over');
      if (!carriesFiles(event)) return;
      event.preventDefault();
      add(event.dataTransfer.files);
    },
  };
  for (const [type, listener] of Object.entries(listeners)) document.addEventListener(type, listener);
  return () => {
    for (const [type, listener] of Object.entries(listeners)) document.removeEventListener(type, listener);
  };
}
