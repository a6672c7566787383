/** The words of the search: what operators mean, what their values are called, what is wrong with one. */
import { m } from "$lib/paraglide/messages.js";
import type { FoundChat, FoundMessage, FoundTerm, SearchOperator, Suggestion, SuggestionOf } from "$lib/rpc/types";
import { named } from "$lib/shared/named";
import { dateOf, dayText } from "$lib/shared/time.svelte";

type Words = () => string;

/** What each operator is for. */
export const operatorWords: Record<SearchOperator, Words> = {
  from: m.search_from,
  in: m.search_in,
  tag: m.search_tag,
  is: m.search_is,
  before: m.search_before,
  after: m.search_after,
};

const stateWords: Record<string, Words> = {
  open: m.search_is_open,
  closed: m.search_is_closed,
  archived: m.search_is_archived,
  unread: m.search_is_unread,
  waiting: m.search_is_waiting,
};

const dayWords: Record<string, Words> = { today: m.search_today, yesterday: m.search_yesterday };

const kindWords: Partial<Record<SuggestionOf, Words>> = {
  me: m.search_of_me,
  member: m.search_of_member,
  contact: m.search_of_contact,
  inbox: m.search_of_inbox,
  channel: m.search_of_channel,
  chat: m.search_of_chat,
};

/** What a value is called in the window: a day as people here write it, all else as it is asked. */
export function valueWord(operator: SearchOperator, value: string): string {
  if (operator !== "before" && operator !== "after") return value;
  return dayWords[value.toLowerCase()]?.() ?? dayText(value) ?? value;
}

/** What stands beside a suggested value. */
export function suggestionNote({ of, value, inbox }: Suggestion): string {
  if (of === "state") return stateWords[value]?.() ?? "";
  if (of === "date") return dayText(value) ?? dayText(dayOf(value)) ?? "";
  return inbox ?? kindWords[of]?.() ?? "";
}

function dayOf(value: string): string {
  const at = new Date();
  if (value === "yesterday") at.setDate(at.getDate() - 1);
  return value === "today" || value === "yesterday" ? dateOf(at.getTime()) : "";
}

const unknownNames: Partial<Record<SearchOperator, (of: { value: string }) => string>> = {
  from: m.search_problem_from,
  in: m.search_problem_in,
  tag: m.search_problem_tag,
};

/** A day that is to be typed stays in one piece: a line may end behind a hyphen. */
function unbroken(sentence: string): string {
  return sentence.replace(/(\d-)(?=\d)/gu, "$1\u2060");
}

/** What can be typed where a day is wanted. */
export const datesText: Words = () => unbroken(m.search_dates());

/** Why an operator finds nothing, in a sentence. */
export function problemText({ operator, value, problem }: FoundTerm): string {
  if (problem === "not_a_date") return unbroken(m.search_problem_day({ value }));
  if (problem === "not_a_state") return m.search_problem_is({ value });
  if (problem === "too_many") return m.search_problem_many({ operator: `${operator}:${value}` });
  return (unknownNames[operator] ?? m.search_problem_from)({ value });
}

/** Who wrote a message that was found, and to whom: for one line. */
export function messageTitle({ author, title }: Pick<FoundMessage, "author" | "title">): string {
  if (author.kind !== "member" || author.name === title) return named(title);
  return author.me ? m.search_you_to({ title: named(title) }) : m.search_author_to({ name: named(author.name.split(/\s/u)[0] ?? author.name), title: named(title) });
}

/** What is said of a chat that was found, beside the tag by which it was: for one line. */
export function chatFacts(chat: FoundChat): string[] {
  const facts: string[] = [];
  if (chat.archived) facts.push(m.list_archived_mark());
  else if (chat.closed !== null) facts.push(m.search_closed_by({ name: named(chat.closed.by.split(/\s/u)[0] ?? chat.closed.by) }));
  facts.push(chat.messages >= 1000 ? m.search_messages_many({ count: chat.messages }) : m.search_messages({ count: chat.messages }));
  if (chat.closed === null && !chat.archived && chat.assignee !== null) {
    facts.push(chat.assignee.me ? m.search_yours() : m.list_assigned_to_name({ name: named(chat.assignee.name) }));
  }
  return facts;
}
