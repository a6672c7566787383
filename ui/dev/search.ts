/** Searching in the fake core: good enough to look at. What is found, and how it is marked, is decided by the real one. */
import type { FoundChat, FoundContact, FoundMessage, FoundTag, FoundTerm, Hit, Marked, SearchOperator, Suggestion } from "$lib/rpc/types";
import { findIn } from "$lib/shared/find";
import type { Answers } from "./answers";
import type { Fake } from "./host";
import { channelOf, channels } from "./lists";
import { inboxes, members } from "./people";
import { previewOf, textOf, unreadOf, type Chat } from "./world";

type Marks = Array<[number, number]>;

/** As many messages as the sample shop says that it has. */
const HERE = 48_211;
const FEW = 5;
const AROUND = 60;

const states = ["open", "closed", "archived", "unread", "waiting"];
const days = ["today", "yesterday"];
const known = /(?<=^|\s)(from|in|tag|is|before|after):("[^"]*"|[^\s"]*)(?=\s|$)/giu;

interface Question {
  terms: FoundTerm[];
  words: string;
}

const startOfDay = (at: number) => new Date(at).setHours(0, 0, 0, 0);

/** From when to when a value of `before:` or `after:` goes. */
function dayOf(value: string): [number, number] | null {
  const today = startOfDay(Date.now());
  if (value === "today") return [today, today + 86_400_000];
  if (value === "yesterday") return [today - 86_400_000, today];
  const found = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/u.exec(value);
  if (found === null) return null;
  const [year, month, day] = [Number(found[1]), Number(found[2] ?? 1) - 1, Number(found[3] ?? 1)];
  const end = new Date(year, month, day);
  if (found[3] !== undefined) end.setDate(day + 1);
  else if (found[2] !== undefined) end.setMonth(month + 1);
  else end.setFullYear(year + 1);
  return [new Date(year, month, day).getTime(), end.getTime()];
}

const namesOf: Record<SearchOperator, (fake: Fake) => string[]> = {
  from: (fake) => ["me", ...members.map((one) => one.name), ...fake.world.chats.map((chat) => chat.person.name)],
  in: (fake) => [...inboxes.map((one) => one.name), ...channels.map((one) => one.name), ...fake.world.chats.map((chat) => chat.person.name)],
  tag: (fake) => fake.world.tags.map((tag) => tag.name),
  is: () => states,
  before: () => [],
  after: () => [],
};

function questionOf(fake: Fake, text: string): Question {
  const terms: FoundTerm[] = [];
  let words = "";
  let at = 0;
  for (const found of text.matchAll(known)) {
    const operator = (found[1] ?? "").toLowerCase() as SearchOperator;
    const value = (found[2] ?? "").replaceAll('"', "");
    const names = namesOf[operator](fake);
    const problem: FoundTerm["problem"] =
      value === "" ? null
      : operator === "before" || operator === "after" ? (dayOf(value) === null ? "not_a_date" : null)
      : operator === "is" ? (names.includes(value) ? null : "not_a_state")
      : names.some((name) => findIn(name, value) !== null) ? null : "nothing";
    words += text.slice(at, found.index);
    at = found.index + found[0].length;
    terms.push({ start: found.index, end: at, operator, value, problem });
  }
  return { terms, words: (words + text.slice(at)).replaceAll('"', " ").trim() };
}

const among = (names: Array<string | undefined>, value: string) => names.some((name) => name !== undefined && findIn(name, value) !== null);

function chatFits(chat: Chat, { operator, value }: FoundTerm): boolean {
  if (operator === "in") return among([inboxes.find((one) => one.id === chat.inbox)?.name, channelOf(chat)?.name, chat.person.name], value);
  if (operator === "tag") return among(chat.tags.map((tag) => tag.name), value);
  if (operator !== "is") return true;
  if (value === "open") return chat.closed === null && !chat.archived;
  if (value === "closed") return chat.closed !== null;
  if (value === "archived") return chat.archived;
  return value === "unread" ? unreadOf(chat) > 0 : chat.entries.some((one) => one.pending !== null);
}

function entryFits(entry: Chat["entries"][number], { operator, value }: FoundTerm): boolean {
  const day = dayOf(value);
  if (operator === "before") return day !== null && entry.at_ms < day[0];
  if (operator === "after") return day !== null && entry.at_ms >= day[0];
  if (operator === "is") return value !== "waiting" || entry.pending !== null;
  if (operator !== "from" || entry.author.kind === "system") return operator !== "from";
  if (value === "me") return entry.author.kind === "member" && entry.author.me;
  return among([entry.author.name], value);
}

const said = (question: Question) => question.terms.filter((term) => term.value !== "");
const marked = (text: string, marks: readonly (readonly [number, number])[]): Marked => ({ text, marks: marks.map(([from, to]) => [from, to]), cut_start: false, cut_end: false });

/** As much of a text as shows what was found in it. */
function snippet(text: string, marks: Marks): Marked {
  const first = marks[0]?.[0] ?? 0;
  const from = first <= AROUND ? 0 : text.lastIndexOf(" ", first - AROUND / 2) + 1;
  const shown = text.slice(from, from + 160);
  const within: Marks = marks.filter(([, to]) => to <= from + shown.length).map(([a, b]) => [a - from, b - from]);
  return { text: shown, marks: within, cut_start: from > 0, cut_end: from + shown.length < text.length };
}

const plain = new Map<string, string>();

/** Whether it may be in a text, at a glance: the sample has the same few sentences thousands of times. */
function mayHave(text: string, words: string): boolean {
  const bare = plain.get(text) ?? text.normalize("NFKD").replace(/[\p{M}\u0640]/gu, "").toLowerCase();
  plain.set(text, bare);
  return bareWords(words).every((word) => bare.includes(word));
}

const bareWords = (words: string) => words.normalize("NFKD").replace(/[\p{M}\u0640]/gu, "").toLowerCase().split(/\s+/u).filter((word) => word !== "");

function hitsIn(chat: Chat, question: Question): Array<{ entry: Chat["entries"][number]; marks: Marks }> {
  return chat.entries.flatMap((entry) => {
    if (entry.content.kind !== "text" || !said(question).every((term) => entryFits(entry, term))) return [];
    const marks = mayHave(textOf(entry), question.words) ? findIn(textOf(entry), question.words) : null;
    return marks === null ? [] : [{ entry, marks: marks.map(([from, to]) => [from, to] as [number, number]) }];
  });
}

function tagOf(fake: Fake, words: string): FoundTag[] {
  return fake.world.tags.flatMap((tag) => {
    const marks = findIn(tag.name, words);
    return marks === null ? [] : [{ tag, name: marked(tag.name, marks), chats: fake.world.chats.filter((chat) => chat.tags.some((one) => one.id === tag.id)).length }];
  });
}

function chatFound(chat: Chat, words: string): FoundChat | null {
  const title = findIn(chat.person.name, words);
  const tag = words === "" ? undefined : chat.tags.map((one) => ({ tag: one, marks: findIn(one.name, words) })).find((one) => one.marks !== null);
  if (title === null && tag === undefined) return null;
  return {
    chat: chat.id,
    kind: chat.kind,
    title: marked(chat.person.name, title ?? []),
    initials: chat.person.initials,
    tint: chat.person.tint,
    channel: channelOf(chat)?.kind ?? null,
    inbox: inboxes.find((one) => one.id === chat.inbox)?.name ?? null,
    at_ms: previewOf(chat)?.at_ms ?? chat.created_ms,
    tag: tag === undefined ? null : { tag: tag.tag, name: marked(tag.tag.name, tag.marks ?? []), chats: 1 },
    messages: Math.min(1000, chat.entries.filter((one) => one.content.kind === "text").length),
    closed: chat.closed,
    archived: chat.archived,
    assignee: chat.assignee,
    unread: unreadOf(chat),
  };
}

const newest = (a: FoundChat, b: FoundChat) => b.at_ms - a.at_ms;

function contactsFound(fake: Fake, words: string): FoundContact[] {
  const seen = new Set<string>();
  return fake.world.chats.flatMap((chat) => {
    const marks = chat.contact === null || seen.has(chat.contact) ? null : findIn(chat.person.name, words);
    if (marks === null || chat.contact === null) return [];
    seen.add(chat.contact);
    const { name, initials, tint } = chat.person;
    return [{ contact: chat.contact, name: marked(name, marks), initials, tint, lines: [marked("+84 24 5550 0142", [])], private: false, chat: chat.id }];
  });
}

function messagesFound(fake: Fake, question: Question): FoundMessage[] {
  if (question.words === "" && said(question).length === 0) return [];
  return fake.world.chats
    .filter((chat) => said(question).every((term) => chatFits(chat, term)))
    .flatMap((chat) => hitsIn(chat, question).map(({ entry, marks }) => ({ chat, entry, marks })))
    .sort((a, b) => (b.entry.pos ?? Infinity) - (a.entry.pos ?? Infinity))
    .map(({ chat, entry, marks }) => ({
      message: entry.id,
      chat: chat.id,
      kind: chat.kind,
      title: chat.person.name,
      channel: channelOf(chat)?.kind ?? null,
      inbox: inboxes.find((one) => one.id === chat.inbox)?.name ?? null,
      pos: entry.pos,
      at_ms: entry.at_ms,
      author: entry.author,
      pending: entry.pending?.state ?? null,
      text: snippet(textOf(entry).replace(/\s/gu, " "), marks),
    }));
}

const quoted = (name: string) => (/\s/u.test(name) ? `"${name}"` : name);

function suggestionsOf(fake: Fake, operator: SearchOperator, typed: string): Suggestion[] {
  const named = (of: Suggestion["of"], names: readonly string[], inbox: string | null = null): Suggestion[] =>
    [...new Set(names)].flatMap((name) => {
      const marks = findIn(name, typed);
      return marks === null ? [] : [{ value: quoted(name), of, name: marked(name, marks), inbox }];
    });
  const words = (of: Suggestion["of"], all: readonly string[]): Suggestion[] =>
    all.filter((one) => one.startsWith(typed.toLowerCase())).map((value) => ({ value, of, name: marked("", []), inbox: null }));
  if (operator === "is") return words("state", states);
  if (operator === "before" || operator === "after") return words("date", [...days, ...(/^\d/u.test(typed) && dayOf(typed) !== null ? [typed] : [])]);
  if (operator === "tag") return named("tag", fake.world.tags.map((tag) => tag.name));
  const outside = fake.world.chats.filter((chat) => chat.kind === "conversation").map((chat) => chat.person.name);
  // Who types their own name means themselves.
  const mine = typed !== "" && members.some((one) => one.me && findIn(one.name, typed) !== null);
  const me: Suggestion = { value: "me", of: "me", name: marked("", []), inbox: null };
  if (operator === "from") return [...(mine ? [me] : words("me", ["me"])), ...named("member", members.filter((one) => !one.me).map((one) => one.name)), ...named("contact", outside)];
  return [
    ...named("inbox", inboxes.map((one) => one.name)),
    ...inboxes.flatMap((inbox) => named("channel", inbox.channels.map((one) => one.name), inbox.name)),
    ...named("chat", fake.world.chats.map((chat) => chat.person.name)),
  ];
}

export const searching: Pick<Answers, "search" | "suggest_search" | "find_in_chat" | "find_names"> = {
  search: (fake, { text, after, limit, others }) => {
    const few = others ?? FEW;
    const question = questionOf(fake, text);
    const { terms, words } = question;
    const broken = terms.some((term) => term.problem !== null);
    const messages = broken ? [] : messagesFound(fake, question);
    const from = Number(after ?? 0);
    const first = (after ?? null) === null && words !== "" && !broken;
    const chats = first ? fake.world.chats.filter((chat) => said(question).every((term) => chatFits(chat, term))).flatMap((chat) => chatFound(chat, words) ?? []).sort(newest) : [];
    const contacts = first && terms.length === 0 ? contactsFound(fake, words) : [];
    return {
      terms,
      signs_only: words !== "" && bareWords(words).every((word) => !/[\p{L}\p{N}]/u.test(word)),
      conversations: chats.slice(0, few),
      more_conversations: chats.length > few,
      messages: messages.slice(from, from + limit),
      next: from + limit < messages.length ? String(from + limit) : null,
      contacts: contacts.slice(0, few),
      more_contacts: contacts.length > few,
      complete: fake.world.searchable,
      here: HERE,
    };
  },
  suggest_search: (fake, { operator, text, limit }) => ({ suggestions: suggestionsOf(fake, operator, text).slice(0, limit) }),
  find_in_chat: (fake, { chat: id, text }) => {
    const question = questionOf(fake, text);
    const chat = fake.world.chats.find((one) => one.id === id);
    const hits: Hit[] = chat === undefined || question.words === "" ? [] : hitsIn(chat, question).map(({ entry, marks }) => ({ message: entry.id, pos: entry.pos, marks }));
    return { hits: hits.slice(-500), more: hits.length > 500 };
  },
  find_names: (fake, { text, limit }) => {
    const chats = fake.world.chats.flatMap((chat) => (findIn(chat.person.name, text) === null ? [] : (chatFound(chat, text) ?? []))).sort(newest);
    const mates = members.filter((one) => !one.me).flatMap((member) => {
      const marks = findIn(member.name, text);
      return marks === null ? [] : [{ member, name: marked(member.name, marks), chat: fake.world.chats.find((chat) => chat.member?.id === member.id)?.id ?? null }];
    });
    const all = text.trim() !== "";
    return {
      chats: chats.slice(0, limit),
      contacts: all ? contactsFound(fake, text).slice(0, limit) : [],
      members: all ? mates.slice(0, limit) : [],
      tags: all ? tagOf(fake, text).slice(0, limit) : [],
      here: HERE,
    };
  },
};
