// A served demo and a real browser, shared by the browser tests of one file.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

import { agora, importEntries, letterTo, signIn, start, teamOf, visitor } from '../http/harness.mjs';

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];

export const WIDE = { viewport: { width: 1280, height: 900 } };
export const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

// What the demo has not: a portrait whose video plays here, with a transcript.
const PORTRAIT = {
  id: 'ecole', kind: 'story', language: 'fr', title: '« On a rouvert l’école le soir »', summary: 'Trois voisines racontent.',
  themes: ['education'], place: { city: 'Chambéry', territory: 'com-73065', precision: 'commune' },
  media: [{
    kind: 'video', url: 'https://tube.example/w/9c9de5e8-0a1e-484a-b099-e80766180a6d', title: 'L’école du soir', duration_s: 312,
    credit: 'Les voisines', licence: 'CC-BY-SA-4.0', transcript: '1:10 Le premier soir, nous étions quatre.\nPuis vingt.',
  }],
};

// {url, browser, page(options), close()}: every page it opens records what the console and the network said.
export async function open() {
  const folder = mkdtempSync(join(tmpdir(), 'agora-browser-'));
  const server = await start({ folder, demo: true });
  importEntries(folder, 'portraits', [PORTRAIT]);
  // A member who has asked for one more letter, so that the pages of signing in are there too.
  const member = await signIn(server, 'page@example.org');
  await member.send('/sign-in', { address: 'page@example.org' });
  const [, link] = /(\/sign-in\/link\/\S+)/.exec(await letterTo(server, 'page@example.org', 1));
  // A team of two that the member leads, with an invitation that waits.
  const id = async (who) => JSON.parse((await who.look('/account/data')).text).id;
  const colleague = await signIn(server, 'colleague@example.org');
  const people = [await id(member), await id(colleague)];
  await member.send('/account/profile', { name: 'Léa', about: 'Je répare des vélos.', 'about-seen': 'public' });
  const { items: [entry] } = await (await fetch(`${server.url}/api/v1/entries?source=portraits&limit=1`)).json();
  teamOf(folder, entry.id, people);
  const team = `/entries/${entry.id}/team`;
  await member.send(team, { do: 'invite', address: 'invited@example.org' });
  const [, invitation] = /(\/invitations\/\S+)/.exec(await letterTo(server, 'invited@example.org'));
  const news = (await member.send(`/entries/${entry.id}/news/new`, { sort: 'success', happened: '03/10/2025', title: 'L’école rouvre', text: 'Le soir, *enfin*.' })).location;
  await member.send(`${news}/edit`, { sort: 'success', happened: '03/10/2025', title: 'L’école rouvre', text: 'Le soir, depuis octobre.', version: 1 });
  const still = askedByLetter(folder, entry.id, people[0]);
  const { draft, contribution } = await contribute(server);
  const suggestion = await suggest(server, folder, member, entry.id);
  const merge = await overtaken(member, colleague, entry.id);
  for (const role of ['moderator', 'admin', 'helper']) agora('user', '--data', folder, 'grant', 'page@example.org', role);
  const merged = await becomeOne(folder, member);
  const claims = await claimed(server, folder);
  const helped = await help(member);
  teamOf.sql(folder, `INSERT INTO contribution VALUES (2, ${entry.id}, ${people[0]}, '', 'fr', 1, 1, 0, 0, 1)`);
  const moderation = await decide({ server, folder, member, entry: entry.id, author: people[1] });
  teamOf.sql(folder, `INSERT INTO contribution_network VALUES (2, x'${'ab'.repeat(16)}', ${Date.now()}); INSERT INTO network_block VALUES (1, x'${'cd'.repeat(16)}', ${entry.id}, ${people[0]}, 'Vingt annonces en une heure.', ${Date.now()}, ${Date.now() + 86_400_000})`);
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGUMENTS });
  return {
    url: server.url,
    folder,
    browser,
    link,
    suggestion,
    news,
    still,
    merge,
    merged,
    team,
    invitation,
    person: `/people/${people[0]}-lea`,
    draft,
    contribution,
    helped,
    brought: '/account/contributions/2',
    ...moderation,
    ...claims,
    // A page as who may see it, without a browser.
    text: async (path) => (await (isOwn(path) ? member.look(path) : fetch(server.url + path).then(async (answer) => ({ text: await answer.text() })))).text,
    cookies: [...member.cookies].map(([name, value]) => ({ name, value, url: server.url })),
    async page(options = WIDE) {
      const context = await browser.newContext({ locale: 'fr-FR', serviceWorkers: 'block', ...options });
      const page = await context.newPage();
      page.said = [];
      page.on('console', (message) => message.type() === 'error' && page.said.push(message.text()));
      page.on('pageerror', (error) => page.said.push(String(error)));
      page.on('request', (request) => {
        if (!request.url().startsWith(server.url) && !request.url().startsWith('data:')) page.said.push(`asked ${request.url()}`);
      });
      return page;
    },
    async close() {
      await browser.close();
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

// The link of a yearly letter to a member of the team, as its store has it.
function askedByLetter(folder, entry, person) {
  const secret = 'still-so-still-so-still-so-still';
  const [digest] = spawnSync('b2sum', ['-l', '128'], { input: secret, encoding: 'utf8' }).stdout.split(' ');
  teamOf.sql(folder, `INSERT INTO freshness_ask VALUES (x'${digest}', ${entry}, x'${digest}', 'person:${person}', 2, ${Date.now()}, 0)`);
  return `/still/${secret}`;
}

// A draft that somebody began without an account, and the link of another one that they sent.
async function contribute(server) {
  const guest = visitor(server);
  const begin = async () => {
    const { location } = await guest.send('/add', { kind: 'event' });
    await guest.send(location, { title: 'Chantier au verger', summary: 'On plante des haies.', kind: 'event', state: '' });
    return location.replace(/\/what$/, '');
  };
  await guest.send(`${await begin()}/check`, { address: 'guest@example.org', charter: 1 });
  const [, contribution] = /(\/contributions\/\S+)/.exec(await letterTo(server, 'guest@example.org'));
  return { draft: await begin(), contribution };
}

// A change that waits for the member, who keeps the entry.
async function suggest(server, folder, member, entry) {
  const other = await signIn(server, 'other@example.org');
  await member.send(`/entries/${entry}/team`, { keep: '1' });
  const draft = (await other.send(`/entries/${entry}/edit`)).location.replace(/\/what$/, '');
  await other.send(`${draft}/what`, { title: '« On a rouvert l’école »', summary: 'Quatre voisines racontent.', kind: 'story', state: '' });
  await other.send(`${draft}/check`, { reason: 'Elles sont quatre.' });
  return /\/suggestions\/\d+/.exec((await member.look('/suggestions')).text)[0];
}

// A change that the member writes while a colleague changes the same.
async function overtaken(member, colleague, entry) {
  const [mine, theirs] = await Promise.all([member, colleague].map(async (who) => (await who.send(`/entries/${entry}/edit`)).location.replace(/\/what$/, '')));
  const what = { title: '« On a rouvert l’école le soir »', kind: 'story', state: '' };
  await member.send(`${mine}/what`, { ...what, summary: 'Trois voisines racontent leurs soirées.' });
  await colleague.send(`${theirs}/what`, { ...what, summary: 'Trois voisines racontent l’école.' });
  await colleague.send(`${theirs}/check`, { reason: 'Plus clair.' });
  return `${mine}/merge`;
}

// A decision that the member took and that somebody appealed, and an entry that a colleague brought.
async function decide({ server, folder, member, entry, author }) {
  const guest = visitor(server);
  await guest.send(`/entries/${entry}/flag`, { reason: 'wrong', address: 'report@example.org' });
  await member.send(`/moderation/entries/${entry}`, { act: 'nothing', reason: 'Nous y étions.' });
  const [, decision] = /(\/decisions\/\S+)/.exec(await letterTo(server, 'report@example.org'));
  await guest.send(decision, { words: 'Ce n’est plus vrai.' });
  const [, appeal] = /href="(\/moderation\/appeals\/\d+)"/.exec((await member.look('/moderation')).text);
  teamOf.sql(folder, `INSERT INTO contribution VALUES (1, ${entry}, ${author}, '', 'fr', 1, 1, 0, 0, 1)`);
  return { decision, appeal, author: `/moderation/entries/${entry}/people/${author}` };
}

// A claim that waits for the word of somebody with a role, and one that waits for the answer to a letter.
async function claimed(server, folder) {
  importEntries(folder, 'claims', [{ id: '1', kind: 'actor', title: 'Le moulin', contacts: [{ kind: 'email', value: 'moulin@example.org', visibility: 'team' }] }]);
  const entry = { id: teamOf.sql(folder, "SELECT id FROM entry WHERE title = 'Le moulin'") }; // the index follows an import in its own time
  const ask = async (address, way) => (await signIn(server, address)).send(`/entries/${entry.id}/claim`, { who: 'Léa, trésorière', words: 'Nous l’avons rouvert à quatre.', way });
  await ask('nour@example.org', 'word');
  await ask('max@example.org', 'contact');
  const [, asked] = /(\/claims\/link\/\S+)/.exec(await letterTo(server, 'moulin@example.org'));
  return { claim: `/claims/${teamOf.sql(folder, 'SELECT min(id) FROM claim')}`, asked };
}

// Somebody without e-mail whom the member has helped.
async function help(member) {
  const { location } = await member.send('/help/begin', { name: 'Odette', where: 'Cognin', consent: 'in-person', agreed: '1' });
  await member.send('/help/end');
  return location.replace('?begun', '');
}

// Two that became one, and are out of sight again: the demo stays as it is.
async function becomeOne(folder, moderator) {
  importEntries(folder, 'twins', ['1', '2'].map((id) => ({ id, kind: 'tool', title: 'Jumelles de passage' })));
  const twins = agora('duplicates', '--data', folder).stdout;
  const [, , , first, , , second] = twins.split('\r\n').find((line) => line.includes('Jumelles')).split(',');
  await moderator.send(`/duplicates/${first}-${second}`, { reason: 'Deux fois la même.' });
  await moderator.send(`/moderation/entries/${first}`, { act: 'remove', reason: 'De passage.' });
  return /\/duplicates\/merged\/\d+/.exec((await moderator.look('/duplicates/merged')).text)[0];
}

// Pages that are for who is signed in.
export const isOwn = (path) => /^\/(add\/[^/]+\/merge|account|administration|duplicates|help(?!\/form)|moderation|suggestions|claims|charter\/edit|sign-in\/code|entries\/\d+\/(team|claim|edit|confirm|news\/new|news\/\d+\/(edit|photos|documents)|history\/\d+\/restore))/.test(path);

// The addresses of one page of each sort, found through the API.
export async function addresses({ url, link, suggestion, news, still, merge, merged, team, invitation, person, draft, contribution, decision, appeal, author, claim, asked, helped, brought }) {
  const find = async (query) => {
    const { items } = await (await fetch(`${url}/api/v1/entries?${query}&limit=1`)).json();
    return new URL(items[0].url, url).pathname;
  };
  const history = `${(await find('q=Partons+du+bon+pied')).match(/\/entries\/\d+/)[0]}/history`;
  return {
    home: '/',
    explorer: '/explore',
    'explorer near a place': '/explore?near=45.5646,5.9178&radius=15',
    'explorer with filters': '/explore?kind=actor,tool&theme=democracy',
    'explorer with nothing': '/explore?q=zzzzqqqq',
    entry: await find('q=Partons+du+bon+pied'),
    'entry with hours': await find('q=atelier+v%C3%A9lo&kind=place'),
    history,
    'one version': (await (await fetch(url + history)).text()).match(/\/entries\/\d+\/history\/\d+/)[0],
    restore: `${(await (await fetch(url + team.replace('/team', '/history'))).text()).match(/[^]*"(\/entries\/\d+\/history\/\d+)"/)[1]}/restore`,
    changes: '/changes?territory=dep-73',
    event: await find('kind=event&when=upcoming'),
    portrait: await find('source=portraits'),
    territory: '/territories/dep-73-savoie',
    commune: '/territories/com-73065-chambery',
    country: '/territories/country-fr-france',
    portraits: '/stories',
    'portraits narrowed': '/stories?q=berges&theme=water',
    themes: '/themes',
    theme: '/themes/democracy',
    about: '/about',
    accessibility: '/accessibility',
    legal: '/legal',
    privacy: '/privacy',
    'easy to read': '/facile',
    'about, easy to read': '/facile/a-propos',
    embed: '/embed?kind=actor',
    'code to embed': '/embed/code?kind=actor',
    poster: `/entries/${(await find('kind=event&when=upcoming')).match(/\d+/)[0]}/poster`,
    'printed guide': '/explore/print?kind=event,initiative',
    offline: '/offline',
    add: '/add',
    'add: what': `${draft}/what`,
    'add: where': `${draft}/where`,
    'add: more': `${draft}/more`,
    'add: photos': `${draft}/photos`,
    'add: documents': `${draft}/documents`,
    'add: check': `${draft}/check`,
    'add: kept': draft,
    'add: sent': '/contributions/sent?confirm',
    contribution,
    'find contributions': '/contributions/find',
    edit: `/entries/${(await find('q=Partons+du+bon+pied')).match(/\d+/)[0]}/edit`,
    'sign in': '/sign-in?next=/account',
    'code to sign in': '/sign-in/code',
    'link to sign in': link,
    account: '/account',
    profile: '/account/profile',
    sessions: '/account/sessions',
    password: '/account/password',
    'delete the account': '/account/delete',
    'still so': `/entries/${history.match(/\d+/)[0]}/confirm`,
    'yearly letter': still,
    'no yearly letters': `${still}/stop`,
    news: '/news',
    'news of an entry': news.replace(/\/\d+$/, ''),
    'one news': news,
    'news to write': news.replace(/\d+$/, 'new'),
    'news to change': `${news}/edit`,
    'photos of news': `${news}/photos`,
    'documents of news': `${news}/documents`,
    suggestions: '/suggestions',
    suggestion,
    merge,
    team,
    claim: `${history.replace('/history', '/claim')}`,
    'what collectives ask': '/claims',
    'a claim': claim,
    'asked about a claim': asked,
    'write to a team': team.replace('/team', '/write'),
    invitation,
    person,
    flag: `/entries/${history.match(/\d+/)[0]}/flag`,
    again: `/entries/${history.match(/\d+/)[0]}/again`,
    duplicates: '/duplicates',
    'two that may be one': `/duplicates/${history.match(/\d+/)[0]}-${(await find('source=portraits')).match(/\d+/)[0]}`,
    'what was merged': '/duplicates/merged',
    'parting again': merged,
    charter: '/charter',
    'versions of the charter': '/charter/versions',
    'one version of the charter': '/charter/versions/1',
    'changing the charter': '/charter/edit',
    'what moderators decided': '/moderation/log',
    'what waits for moderators': '/moderation',
    'blocked networks': '/moderation/networks',
    'blocking a network': `/moderation/entries/${team.match(/\d+/)[0]}/network`,
    'one that waits for moderators': `/moderation/entries/${history.match(/\d+/)[0]}`,
    administration: '/administration',
    'the instance checks itself': '/administration/instance',
    'letters and jobs': '/administration/queue',
    'roles and access': '/administration/people?q=a',
    'a person, for who administers': `/administration/people/${person.match(/\d+/)[0]}`,
    'addresses of mail': '/account/address',
    'code of an address': '/account/address/code',
    'something one brought': brought,
    'people one helps': '/help',
    'beginning to help': '/help/begin',
    'somebody one helped': helped,
    'form to fill in by hand': '/help/form?kind=event',
    'code of a paper': '/paper',
    'power used': `/administration/people/${person.match(/\d+/)[0]}/power?do=grant`,
    'what was done with power': '/administration/audit',
    'a decision': decision,
    'an appeal': appeal,
    'who wrote an entry': author,
    'changes to take back': `${author}/undo`,
    settings: '/administration/settings',
    sources: '/administration/sources',
    'a source': '/administration/sources/portraits',
    'a source to remove': '/administration/sources/portraits/state?do=remove',
    'themes as the admin has them': '/administration/themes',
    'a theme to change': '/administration/themes/seeds',
    'a theme to merge': '/administration/themes/seeds/merge',
    'not there': '/entries/12-nothing',
  };
}
